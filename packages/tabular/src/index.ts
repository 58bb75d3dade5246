export * from './encode.ts';
export { inferTable } from './infer/infer.ts';
export * from './limits.ts';
export * from './order.ts';
export * from './random.ts';
export * from './splits.ts';
export * from './table.ts';
