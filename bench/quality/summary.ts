import { higherIsBetter } from '../engine/peers.ts';
import { createDraws, latestSeconds, quantile, sum } from '../numbers.ts';
import { verdictOf } from '../table.ts';
import { type QualityLine, quietShare } from './run.ts';

/** Scores of the tools on one fold of one dataset: the newest line of each. */
interface Cell {
  dataset: string;
  fold: number;
  metric: string;
  lines: Map<string, QualityLine>;
}

/** The comparison as Markdown: scores, mean ranks with their interval, pairs, losses, time and memory. */
export function report(lines: readonly QualityLine[], tools: readonly string[]): string {
  const cells = cellsOf(lines);
  const whole = cells.filter((cell) => tools.every((tool) => cell.lines.has(tool)));
  if (cells.length === 0) return 'Nothing is measured yet.';
  const missing = cells.filter((cell) => !whole.includes(cell));
  const parts = [scoreTable(cells, tools)];
  if (whole.length > 0) parts.push(rankTable(whole, tools));
  if (tools.includes('laurel')) parts.push(pairTable(cells, tools), lossList(cells, tools));
  parts.push(costTable(lines, tools), machineLine(lines));
  if (missing.length > 0) {
    const names = missing.map(({ dataset, fold }) => `${dataset} fold ${fold}`).join(', ');
    parts.push(`Not measured by every tool, so in no mean rank: ${names}.`);
  }
  return parts.join('\n\n');
}

function cellsOf(lines: readonly QualityLine[]): Cell[] {
  const cells = new Map<string, Cell>();
  for (const line of [...lines].sort((a, b) => (a.date < b.date ? -1 : 1))) {
    const { dataset, fold, metric, tool } = line;
    const key = `${dataset} ${fold}`;
    const cell = cells.get(key) ?? { dataset, fold, metric, lines: new Map() };
    cell.lines.set(tool, line);
    cells.set(key, cell);
  }
  return [...cells.values()].sort((a, b) => a.dataset.localeCompare(b.dataset) || a.fold - b.fold);
}

function scoreTable(cells: readonly Cell[], tools: readonly string[]): string {
  const rows = cells.map((cell) => {
    const best = bestOf(cell, tools);
    const scores = tools.map((tool) => {
      const score = cell.lines.get(tool)?.score;
      if (score === undefined) return '';
      return score === best ? `**${show(score)}**` : show(score);
    });
    return [cell.dataset, String(cell.fold), cell.metric, ...scores];
  });
  return markdown(['dataset', 'fold', 'metric', ...tools], rows);
}

/** Mean rank over datasets, ties shared, with a 95 % interval by drawing datasets (not folds, which hang together). */
function rankTable(cells: readonly Cell[], tools: readonly string[]): string {
  const byDataset = new Map<string, number[][]>();
  for (const cell of cells) byDataset.set(cell.dataset, [...(byDataset.get(cell.dataset) ?? []), ranks(cell, tools)]);
  const perDataset = [...byDataset.values()].map((folds) =>
    tools.map((_, t) => sum(folds.map((ranked) => ranked[t] as number)) / folds.length),
  );
  const meanOf = (sets: readonly number[][], t: number) => sum(sets.map((ranked) => ranked[t] as number)) / sets.length;
  const draws = createDraws(1);
  const drawn = Array.from({ length: 2000 }, () => perDataset.map(() => perDataset[draws(perDataset.length)]!));
  const rows = tools.map((tool, t) => {
    const means = drawn.map((sets) => meanOf(sets, t));
    const firsts = cells.filter((cell) => cell.lines.get(tool)?.score === bestOf(cell, tools)).length;
    const range = `${quantile(means, 0.025).toFixed(2)} to ${quantile(means, 0.975).toFixed(2)}`;
    return [tool, meanOf(perDataset, t).toFixed(2), range, `${firsts} of ${cells.length}`];
  });
  rows.sort((a, b) => Number(a[1]) - Number(b[1]));
  return markdown(['tool', 'mean rank', '95 % by datasets', 'best'], rows);
}

function ranks(cell: Cell, tools: readonly string[]): number[] {
  const scores = tools.map((tool) => cell.lines.get(tool)!.score);
  const ahead = (a: number, b: number) => (higherIsBetter(cell.metric) ? a > b : a < b);
  return scores.map(
    (score) =>
      1 +
      scores.filter((other) => ahead(other, score)).length +
      (scores.filter((other) => other === score).length - 1) / 2,
  );
}

/** Against each peer: how often better, level (a difference that means nothing, see table.ts) and worse. */
function pairTable(cells: readonly Cell[], tools: readonly string[]): string {
  const rows = tools
    .filter((tool) => tool !== 'laurel')
    .map((tool) => {
      const verdicts = cells.map((cell) => verdictOn(cell, tool)).filter((verdict) => verdict !== null);
      const count = (verdict: string) => String(verdicts.filter((one) => one === verdict).length);
      return [tool, count('better'), count('level'), count('worse')];
    });
  return markdown(['laurel against', 'better', 'level', 'worse'], rows);
}

function lossList(cells: readonly Cell[], tools: readonly string[]): string {
  const losses = cells.flatMap((cell) =>
    tools
      .filter((tool) => tool !== 'laurel' && verdictOn(cell, tool) === 'worse')
      .map((tool) => {
        const [ours, theirs] = [cell.lines.get('laurel')!.score, cell.lines.get(tool)!.score];
        return `- ${cell.dataset}, fold ${cell.fold}: ${show(ours)} against ${show(theirs)} of ${tool} (${cell.metric})`;
      }),
  );
  return losses.length > 0 ? `Losses:\n\n${losses.join('\n')}` : 'No losses beyond what is level.';
}

function verdictOn(cell: Cell, tool: string) {
  const [ours, theirs] = [cell.lines.get('laurel'), cell.lines.get(tool)];
  if (!ours || !theirs) return null;
  return verdictOf({ unit: cell.metric, value: ours.score, peer: theirs.score, peerName: tool });
}

function costTable(lines: readonly QualityLine[], tools: readonly string[]): string {
  const rows = tools.map((tool) => {
    const own = lines.filter((line) => line.tool === tool);
    const over = own.filter((line) => line.fitSeconds > latestSeconds(line.budget)).length;
    const minutes = (2 * sum(own.map((line) => line.fitSeconds))) / 60;
    const highest = (values: number[]) => (values.length > 0 ? Math.max(...values) : 0);
    return [
      tool,
      String(own.length),
      minutes.toFixed(0),
      highest(own.map((line) => line.fitSeconds)).toFixed(0),
      `${over} of ${own.length}`,
      highest(own.map((line) => line.peakMb)).toFixed(0),
    ];
  });
  return markdown(['tool', 'runs', 'core-minutes', 'longest, s', 'over 1.02 x budget + 3 s', 'most memory, MB'], rows);
}

function machineLine(lines: readonly QualityLine[]): string {
  const versions = new Map(lines.map((line) => [line.tool, line.code]));
  const noisy = lines.filter((line) => (line.busyBefore ?? 0) > quietShare || (line.loadBefore ?? 0) > 1).length;
  const dates = lines.map((line) => line.date.slice(0, 10)).sort();
  return [
    `Machine: ${[...new Set(lines.map((line) => line.machine))].join('; ')}, two threads each. ${dates[0]} to ${dates.at(-1)}.`,
    `Code: ${[...versions].map(([tool, code]) => `${tool} ${code}`).join('; ')}.`,
    noisy > 0
      ? `${noisy} of ${lines.length} runs began while others were at work.`
      : 'Every run began on a quiet machine.',
  ].join(' ');
}

function bestOf(cell: Cell, tools: readonly string[]): number {
  const scores = tools.map((tool) => cell.lines.get(tool)?.score).filter((score) => score !== undefined);
  return higherIsBetter(cell.metric) ? Math.max(...scores) : Math.min(...scores);
}

function markdown(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function show(score: number): string {
  return Math.abs(score) < 1 ? score.toFixed(4) : score.toPrecision(5);
}
