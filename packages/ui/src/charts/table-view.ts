import type { ChartSpec } from '@laurel/contracts';

export interface TableView {
  header: string[];
  rows: (string | number | null)[][];
}

/** A chart as a table: x first, then a column per series; series of points become rows of their own. */
export function tableView(spec: ChartSpec): TableView {
  if (spec.matrix) {
    const { rows, columns, values } = spec.matrix;
    return {
      header: [`${spec.y.label} \\ ${spec.x.label}`, ...columns],
      rows: rows.map((name, index) => [name, ...(values[index] ?? [])]),
    };
  }
  const xHeader = withUnit(spec.x.label, spec.x.unit);
  const drawn = spec.series.filter((series) => series.points.length > 0);
  if (drawn.some((series) => series.mark === 'point')) {
    return {
      header: ['series', xHeader, withUnit(spec.y.label, spec.y.unit), ...(hasLabels(spec) ? ['label'] : [])],
      rows: drawn.flatMap((series) =>
        series.points.map((point) => [series.label, point.x, point.y, ...(hasLabels(spec) ? [point.label ?? ''] : [])]),
      ),
    };
  }
  return wideView(drawn, xHeader);
}

function wideView(drawn: ChartSpec['series'], xHeader: string): TableView {
  const header = [xHeader];
  const byX = new Map<string | number, (string | number | null)[]>();
  const width = drawn.reduce((sum, series) => sum + columnsOf(series).length, 1);
  for (const series of drawn) {
    const at = header.length;
    const columns = columnsOf(series);
    header.push(...columns.map((column) => column.name));
    for (const point of series.points) {
      let row = byX.get(point.x);
      if (!row) {
        row = [point.x, ...new Array<null>(width - 1).fill(null)];
        byX.set(point.x, row);
      }
      columns.forEach((column, index) => {
        row[at + index] = column.value(point) ?? null;
      });
    }
  }
  const rows = [...byX.values()];
  if (rows.every((row) => typeof row[0] === 'number')) rows.sort((a, b) => Number(a[0]) - Number(b[0]));
  return { header, rows };
}

type Series = ChartSpec['series'][number];

function columnsOf(
  series: Series,
): { name: string; value: (point: Series['points'][number]) => number | null | undefined }[] {
  if (series.mark === 'band') {
    return [
      { name: `${series.label} (low)`, value: (point) => point.y },
      { name: `${series.label} (high)`, value: (point) => point.y2 },
    ];
  }
  const interval = series.points.some((point) => typeof point.low === 'number');
  return [
    { name: series.label, value: (point) => point.y },
    ...(interval
      ? [
          { name: `${series.label} (low)`, value: (point: Series['points'][number]) => point.low },
          { name: `${series.label} (high)`, value: (point: Series['points'][number]) => point.high },
        ]
      : []),
  ];
}

function hasLabels(spec: ChartSpec): boolean {
  return spec.series.some((series) => series.points.some((point) => point.label !== undefined));
}

function withUnit(label: string, unit: string | undefined): string {
  return unit ? `${label} (${unit})` : label;
}

/** RFC 4180, with a leading quote on text that a spreadsheet would run as a formula. */
export function toCsv(view: TableView): string {
  return `${[view.header, ...view.rows].map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands a text to the browser as a file. */
export function downloadText(name: string, text: string, type = 'text/csv;charset=utf-8'): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
