import type { TaskKind } from '@laurel/contracts';
import { type Column, dropColumns, isNumeric, type Table } from '../table.ts';
import { restatesTarget } from './monotone.ts';
import { binFeature, binMissing, linearScore, singleScore } from './single.ts';
import { sumLeak } from './sum.ts';
import { type CheckedTarget, checkedTarget } from './target.ts';
import { jointLeak } from './together.ts';

/** A column that gives the target away, or may. Every code but TARGET_NAME is reason enough to leave the column out. */
export interface TargetFinding {
  column: string;
  code: 'LEAK_COPY' | 'LEAK_SINGLE' | 'LEAK_MISSING' | 'LEAK_TOGETHER' | 'LEAK_SUM' | 'TARGET_NAME';
  /** one or two sentences that say what was seen */
  message: string;
  /** the whole set, when the column leaks only together with others */
  columns?: string[];
}

const singleLimit = 0.99;
const missingLimit = 0.95;
/** A namesake that also tells much of the target is taken for a leak; by its name alone it is only mentioned. */
const namesakeLimit = 0.9;
const minRarestClass = 10;

/**
 * Checks that need the target: columns that are it in other words, tell it alone (5-fold AUC or R squared over 0.99),
 * tell it by being missing (over 0.95), decide it together (at most three, without an exception), or bear its name.
 * One finding per column, in the order of the table. Looks at 50,000 rows at most.
 */
export function targetFindings(table: Table, target: string, task: TaskKind): TargetFinding[] {
  const checked = checkedTarget(table, target, task);
  if (!checked) return [];
  const features = dropColumns(table, [target]).columns;
  const alone = features.map((column) => columnFinding(column, checked)).filter((finding) => finding !== undefined);
  const told = new Set(alone.filter((finding) => finding.code !== 'TARGET_NAME').map((finding) => finding.column));
  // Ids and texts have a value of their own in every row: in sets they would decide anything.
  const rest = features.filter(({ name, type }) => !told.has(name) && type !== 'id' && type !== 'text');
  const together = enoughRows(checked) ? [...jointFindings(rest, checked), ...sumFindings(rest, checked)] : [];
  const joint = new Set(together.map((finding) => finding.column));
  const all = [...alone.filter((finding) => !joint.has(finding.column)), ...together];
  const position = new Map(table.columns.map((column, index) => [column.name, index]));
  return all.sort((a, b) => position.get(a.column)! - position.get(b.column)!);
}

function columnFinding(column: Column, target: CheckedTarget): TargetFinding | undefined {
  const { name } = column;
  if (restatesTarget(column, target)) {
    return {
      column: name,
      code: 'LEAK_COPY',
      message: `${name} is ${target.name} in other words: each of its values stands for one value of ${target.name}.`,
    };
  }
  if (enoughRows(target) && column.type !== 'id' && column.type !== 'text') {
    const score = aloneScore(column, target);
    const namesake = isNamesake(name, target.name);
    if (score > singleLimit || (namesake && score > namesakeLimit)) return single(name, target, score);
  }
  if (enoughRows(target)) {
    const missing = binMissing(column, target);
    const score = missing ? singleScore(missing, target) : 0;
    if (score > missingLimit) {
      return {
        column: name,
        code: 'LEAK_MISSING',
        message: `Whether ${name} is missing tells ${target.name} almost surely (${measure(target, score)}). It may be filled in only when the outcome is known.`,
      };
    }
  }
  if (!isNamesake(name, target.name)) return undefined;
  return {
    column: name,
    code: 'TARGET_NAME',
    message: `${name} is called like ${target.name}. Check that it is known before ${target.name} is.`,
  };
}

function aloneScore(column: Column, target: CheckedTarget): number {
  const binned = singleScore(binFeature(column, target), target);
  return target.classes === 0 && isNumeric(column) ? Math.max(binned, linearScore(column.values, target)) : binned;
}

function single(name: string, target: CheckedTarget, score: number): TargetFinding {
  return {
    column: name,
    code: 'LEAK_SINGLE',
    message: `${name} alone tells ${target.name} almost without error (${measure(target, score)} in five folds). It may follow from ${target.name}, or be known only afterwards.`,
  };
}

function measure(target: CheckedTarget, score: number): string {
  return `${target.classes > 0 ? 'AUC' : 'R squared'} ${score > 0.9995 ? '1.000' : score.toFixed(3)}`;
}

function jointFindings(features: readonly Column[], target: CheckedTarget): TargetFinding[] {
  const leak = jointLeak(features, target);
  if (!leak) return [];
  const { columns } = leak;
  const conditions = leak.conditions.length === 2 ? leak.conditions.join(' or ') : listOf(leak.conditions, 'or');
  const message = `${listOf(columns, 'and')} together tell ${target.name} without an exception: it is ${leak.label} exactly when ${conditions}. The target was probably made from them.`;
  return columns.map((column) => ({ column, code: 'LEAK_TOGETHER', message, columns }));
}

function sumFindings(features: readonly Column[], target: CheckedTarget): TargetFinding[] {
  const leak = sumLeak(features, target);
  if (!leak) return [];
  const message = `${target.name} is ${leak.formula} in every row. It was probably computed from them, or they from it.`;
  return leak.columns.map((column) => ({ column, code: 'LEAK_SUM', message, columns: leak.columns }));
}

/** With a handful of rows of a class, any score is luck. */
function enoughRows(target: CheckedTarget): boolean {
  if (target.classes === 0) return target.values.length >= 50;
  const counts = new Int32Array(target.classes);
  for (const value of target.values) counts[value]!++;
  return target.classes > 2 || Math.min(...counts) >= minRarestClass;
}

/** Whether the words of one name begin, end or are those of the other: price, price_eur, logPrice. */
export function isNamesake(name: string, target: string): boolean {
  const words = wordsOf(target).join(' ');
  return words.length >= 3 && ` ${wordsOf(name).join(' ')} `.includes(` ${words} `);
}

function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function listOf(items: readonly string[], word: string): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}
