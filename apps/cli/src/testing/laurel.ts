import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export interface Run {
  code: number;
  out: string;
  err: string;
}

/** The command line as a person calls it in a folder, from its source. */
export function laurelIn(dir: string, ...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', loader, main, ...args], { cwd: dir }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

/** A small table with a signal, a missing cell, and labels that CSV has to quote. */
export function thingsCsv(rows: number, withTarget = true): string {
  const lines = [`size,colour${withTarget ? ',kind,weight' : ''}`];
  for (let i = 0; i < rows; i++) {
    const size = ((i * 37) % 100) / 10;
    const colour = ['red', 'green', 'blue'][i % 3];
    const kind = size + (i % 3) > 5 ? '"big, heavy"' : 'small';
    lines.push(
      `${i === 5 ? '' : size},${colour}${withTarget ? `,${kind},${(size * 3 + ((i * 7) % 5)).toFixed(2)}` : ''}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
