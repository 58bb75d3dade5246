export { Chart } from './chart.tsx';
export { seriesLook } from './palette.tsx';
export { ParallelChart, type ParallelChartAxis, type ParallelChartLine } from './parallel.tsx';
export type { Stop } from './stops.ts';
export { TimelineChart, type TimelineChartLane } from './timeline.tsx';
