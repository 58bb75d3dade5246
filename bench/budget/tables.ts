import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createRandom } from '@laurel/tabular';

/** A table of a size that budgets have to hold for. */
export interface Size {
  name: string;
  rows: number;
  columns: number;
  classes: number;
  /** seconds until the first model besides the baseline, where there is a target for it */
  firstModelSeconds?: number;
  /** reading alone takes long: the budget is at least this */
  fewestSeconds?: number;
}

export const sizes: readonly Size[] = [
  { name: '100 rows', rows: 100, columns: 10, classes: 2 },
  { name: '10k rows', rows: 10_000, columns: 20, classes: 2, firstModelSeconds: 3 },
  { name: '100k rows', rows: 100_000, columns: 20, classes: 2 },
  { name: '494k rows', rows: 494_000, columns: 20, classes: 2, fewestSeconds: 60 },
  { name: '1M rows', rows: 1_000_000, columns: 30, classes: 2, firstModelSeconds: 45, fewestSeconds: 60 },
  { name: '857 columns', rows: 1100, columns: 857, classes: 9 },
];

/** Writes a table of numbers, one in five of them a category of twelve levels, with classes that a few of them decide. */
export async function writeTable(path: string, { rows, columns, classes }: Size): Promise<void> {
  const random = createRandom(columns);
  const out = createWriteStream(path);
  const names = Array.from({ length: columns }, (_, c) => `x${c}`);
  out.write(`${[...names, 'class'].join(',')}\n`);
  for (let row = 0; row < rows; row++) {
    let signal = random.normal();
    const cells = names.map((_, c) => {
      if (c % 5 === 4) return `level${random.int(12)}`;
      const value = random.normal();
      if (c < 10) signal += value * (c % 2 === 0 ? 1 : -0.5);
      return value.toFixed(4);
    });
    const place = 1 / (1 + Math.exp(-signal / 2));
    const line = `${[...cells, `class${Math.min(classes - 1, Math.floor(place * classes))}`].join(',')}\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}
