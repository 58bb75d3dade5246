'use client';
import type { ChartSpec } from '@laurel/contracts';
import { type KeyboardEvent, useState } from 'react';
import { formatCount, formatNumber, formatPercent, nothing } from '../format.ts';
import { useWidth } from './width.ts';

type MatrixSpec = NonNullable<ChartSpec['matrix']>;

/** A matrix as coloured squares: confusion (counts, one hue) or correlation (diverging around zero). */
export function Matrix({ spec, matrix }: { spec: ChartSpec; matrix: MatrixSpec }) {
  const [box, width] = useWidth();
  const [active, setActive] = useState<{ row: number; column: number } | null>(null);
  const { rows, columns, values } = matrix;
  const longest = Math.max(4, ...rows.map((name) => Math.min(18, name.length)));
  const left = 24 + longest * 6.6;
  const cell = Math.max(6, Math.min(columns.length <= 6 ? 96 : 56, (width - left - 12) / Math.max(1, columns.length)));
  const tall = Math.max(6, Math.min(cell, columns.length <= 6 ? 52 : cell));
  const widest = Math.max(4, ...columns.map((name) => Math.min(18, name.length))) * 6.6;
  const slanted = widest > cell;
  const top = slanted ? 24 + widest * 0.74 : 40;
  const height = top + rows.length * tall + 4;
  const most = Math.max(1e-12, ...values.flat().map((value) => Math.abs(value ?? 0)));
  const move = (event: KeyboardEvent) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === 'Escape') setActive(null);
    if (!step) return;
    event.preventDefault();
    setActive((now) => ({
      row: Math.min(rows.length - 1, Math.max(0, (now?.row ?? 0) + (now ? step[0]! : 0))),
      column: Math.min(columns.length - 1, Math.max(0, (now?.column ?? 0) + (now ? step[1]! : 0))),
    }));
  };
  const activeText = active
    ? `${spec.y.label}: ${rows[active.row]} · ${spec.x.label}: ${columns[active.column]} · ${full(values[active.row]?.[active.column], matrix)}`
    : '';
  return (
    <div ref={box} className="relative w-full min-w-0 overflow-x-auto">
      {/* biome-ignore lint/a11y/useSemanticElements: a chart with a cursor is not a fieldset */}
      <div
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the cursor of the chart is moved by the arrow keys
        tabIndex={0}
        aria-label={`${spec.title}. Arrow keys move between cells.`}
        onKeyDown={move}
        className="w-fit overflow-hidden rounded"
      >
        {width > 0 ? (
          <svg
            width={Math.max(80, left + columns.length * cell + (slanted ? widest * 0.5 : 2))}
            height={height}
            aria-hidden="true"
            className="block"
          >
            <text x={left} y={12} className="fill-ink-2 text-small">
              {spec.x.label}
            </text>
            <text x={2} y={top - 6} className="fill-ink-2 text-small">
              {spec.y.label}
            </text>
            {columns.map((name, index) => (
              <text
                key={`c${name}`}
                x={left + index * cell + cell / 2}
                y={top - 6}
                textAnchor={slanted ? 'start' : 'middle'}
                transform={slanted ? `rotate(-45 ${left + index * cell + cell / 2} ${top - 6})` : undefined}
                className="fill-ink text-small"
              >
                {clip(name)}
              </text>
            ))}
            {rows.map((name, row) => (
              <g key={`r${name}`}>
                <text x={left - 8} y={top + row * tall + tall / 2 + 4} textAnchor="end" className="fill-ink text-small">
                  {clip(name)}
                </text>
                {columns.map((column, index) => (
                  <Cell
                    key={`x${column}`}
                    value={values[row]?.[index] ?? null}
                    matrix={matrix}
                    share={Math.abs(values[row]?.[index] ?? 0) / most}
                    x={left + index * cell}
                    y={top + row * tall}
                    width={cell}
                    height={tall}
                    active={active?.row === row && active.column === index}
                    onEnter={() => setActive({ row, column: index })}
                  />
                ))}
              </g>
            ))}
          </svg>
        ) : null}
      </div>
      <p aria-live="polite" className="min-h-5 pt-1 text-ink-2 text-small">
        {activeText}
      </p>
    </div>
  );
}

function Cell(props: {
  value: number | null;
  matrix: MatrixSpec;
  /** from 0 to 1 */
  share: number;
  x: number;
  y: number;
  width: number;
  height: number;
  active: boolean;
  onEnter: () => void;
}) {
  const { value, matrix, share, x, y, width, height, active } = props;
  const hue =
    matrix.scale === 'diverging'
      ? (value ?? 0) < 0
        ? 'var(--diverge-low)'
        : 'var(--diverge-high)'
      : 'var(--series-0)';
  const text = full(value, matrix);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hover only repeats what the arrow keys and the table view give
    <g onMouseEnter={props.onEnter}>
      <rect
        x={x + 1}
        y={y + 1}
        width={Math.max(1, width - 2)}
        height={Math.max(1, height - 2)}
        rx={width > 20 ? 3 : 1}
        fill={value === null ? 'none' : `color-mix(in oklab, ${hue} ${Math.round(share * 100)}%, var(--sunken))`}
        stroke={active ? 'var(--ink)' : value === null ? 'var(--line-strong)' : 'none'}
        strokeWidth={active ? 2 : 1}
      />
      {width > 30 && height > 16 ? (
        <text
          x={x + width / 2}
          y={y + height / 2 + 4}
          textAnchor="middle"
          className="text-small tabular-nums"
          fill={share > 0.55 ? 'var(--page)' : 'var(--ink)'}
        >
          {matrix.scale === 'diverging' && value !== null ? value.toFixed(2) : text}
        </text>
      ) : null}
    </g>
  );
}

function full(value: number | null | undefined, matrix: MatrixSpec): string {
  if (value === null || value === undefined) return nothing;
  return matrix.format === 'count'
    ? formatCount(value)
    : matrix.format === 'percent'
      ? formatPercent(value)
      : formatNumber(value);
}

function clip(name: string): string {
  return name.length > 18 ? `${name.slice(0, 17)}…` : name;
}
