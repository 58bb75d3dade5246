import { median } from '../numbers.ts';

/** One side of a comparison: runs once, answers figures by name. */
export interface Contender<Name extends string> {
  name: Name;
  run(): Promise<Record<string, number>>;
}

/** Every figure of every run, in order. */
export type Runs<Name extends string> = Record<Name, Record<string, number[]>>;

/** First every contender once, then every contender again: what else the machine does at a time hits all of them. */
export async function byTurns<Name extends string>(
  contenders: readonly Contender<Name>[],
  repeats: number,
): Promise<Runs<Name>> {
  const runs = Object.fromEntries(contenders.map(({ name }) => [name, {}])) as Record<string, Record<string, number[]>>;
  for (let i = 0; i < repeats; i++) {
    for (const { name, run } of contenders) {
      const figures = runs[name] as Record<string, number[]>;
      for (const [figure, value] of Object.entries(await run())) figures[figure] = [...(figures[figure] ?? []), value];
    }
  }
  return runs as Runs<Name>;
}

/** The median of a figure; undefined where the contender does not give it. */
export function medianOf(runs: Record<string, number[]>, figure: string): number | undefined {
  const values = runs[figure];
  return values && median(values);
}

/** Few significant digits, for the details of a line. */
export const short = (values: readonly number[]): number[] => values.map((value) => Number(value.toPrecision(4)));
