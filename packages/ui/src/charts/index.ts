export { Chart, type ChartProps } from './chart.tsx';
export { seriesLook } from './palette.tsx';
export {
  ParallelChart,
  type ParallelChartAxis,
  type ParallelChartLine,
  type ParallelChartProps,
} from './parallel.tsx';
export { type ChartHeight, SeriesKey } from './plot.tsx';
export type { Stop } from './stops.ts';
export { downloadText, type TableView, tableView, toCsv } from './table-view.ts';
export { TimelineChart, type TimelineChartBar, type TimelineChartLane } from './timeline.tsx';
