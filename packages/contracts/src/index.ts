export * from './chart.ts';
export * from './dataset.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './experiment.ts';
export * from './governance.ts';
export * from './ids.ts';
export * from './model.ts';
