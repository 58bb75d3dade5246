// What the kernel exports; every module is one concern. State that several modules read is in state.ts.
export * from './bin';
export * from './math';
export * from './random';
export * from './state';
