export * from './actor.ts';
export * from './matrix.ts';
export * from './passwords.ts';
