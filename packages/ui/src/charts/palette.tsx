import type { ChartSeries } from '@laurel/contracts';

/** Okabe-Ito in fixed order; dashes and markers repeat with other periods, so that no two of 24 series look alike. */
const dashes = ['', '7 3', '2 3', '9 3 2 3', '5 2', '12 4', '1 3'] as const;
const shapes = ['circle', 'square', 'triangle', 'diamond', 'cross'] as const;
export type MarkerShape = (typeof shapes)[number];

export interface SeriesLook {
  color: string;
  dash: string;
  shape: MarkerShape;
}

export function seriesLook(series: Pick<ChartSeries, 'color'>, index: number): SeriesLook {
  const slot = series.color ?? index;
  return {
    color: `var(--series-${slot % 8})`,
    dash: dashes[slot % dashes.length]!,
    shape: shapes[slot % shapes.length]!,
  };
}

/** A marker of one of five shapes, centred on (x, y). Hollow: only its outline. */
export function Marker({
  x,
  y,
  shape,
  color,
  size = 3.5,
  hollow,
  opacity,
}: {
  x: number;
  y: number;
  shape: MarkerShape;
  color: string;
  size?: number;
  hollow?: boolean | undefined;
  opacity?: number | undefined;
}) {
  const look = {
    fill: hollow ? 'var(--surface)' : color,
    stroke: color,
    strokeWidth: hollow ? 1.5 : 0.5,
    opacity,
  };
  switch (shape) {
    case 'circle':
      return <circle cx={x} cy={y} r={size} {...look} />;
    case 'square':
      return <rect x={x - size * 0.9} y={y - size * 0.9} width={size * 1.8} height={size * 1.8} {...look} />;
    case 'triangle':
      return <path d={`M${x} ${y - size * 1.2}L${x + size * 1.1} ${y + size * 0.8}H${x - size * 1.1}Z`} {...look} />;
    case 'diamond':
      return (
        <path
          d={`M${x} ${y - size * 1.3}l${size * 1.2} ${size * 1.3}l${-size * 1.2} ${size * 1.3}l${-size * 1.2} ${-size * 1.3}Z`}
          {...look}
        />
      );
    case 'cross':
      return (
        <path
          d={`M${x - size} ${y - size}L${x + size} ${y + size}M${x + size} ${y - size}L${x - size} ${y + size}`}
          fill="none"
          stroke={color}
          strokeWidth={2}
          opacity={opacity}
        />
      );
  }
}
