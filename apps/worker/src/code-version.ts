import manifest from '../package.json' with { type: 'json' };

/** Stored with every experiment, so that a result can be traced to the program that made it. */
export const codeVersion = manifest.version;
