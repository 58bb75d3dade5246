export * from './profile-file.ts';
export * from './read-file.ts';
export * from './table-file.ts';
