/** The compiled kernel and its memory, for benchmarks; a fit or a prediction needs neither. */
export { type Arena, planArena } from './arena.ts';
export { type Kernel, openKernel } from './module.ts';
