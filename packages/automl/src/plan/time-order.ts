import type { ExperimentPlan } from '@laurel/contracts';
import { findColumn, isNumeric, type Table } from '@laurel/tabular';

/** Share of neighbouring rows that must be in order for the file to be one in order of time. */
const inOrder = 0.99;
const fewestRows = 50;

/**
 * Adds a warning where rows are split at random although the file is in the order of a date: models are then tried on
 * the past, and used on the future. Adds none twice.
 */
export function warnOfTimeOrder(table: Table, plan: ExperimentPlan): ExperimentPlan {
  if (plan.validation.kind === 'time' || plan.validation.kind === 'group') return plan;
  if (plan.warnings.some(({ code }) => code === 'TIME_ORDER')) return plan;
  const columns = [...plan.features, ...plan.excluded].map(({ column }) => findColumn(table, column));
  const found = columns.find((column) => column?.type === 'datetime' && isNumeric(column) && isOrdered(column.values));
  if (!found) return plan;
  const message = `The rows are in the order of the date ${JSON.stringify(found.name)}, but are split at random. If the model will predict later rows than it knows, validate by time with this column: scores of a random split can be too good.`;
  return { ...plan, warnings: [...plan.warnings, { code: 'TIME_ORDER', message }] };
}

/** Almost never falling, or almost never rising, over at least ten distinct values. */
function isOrdered(values: Float64Array): boolean {
  let up = 0;
  let down = 0;
  let pairs = 0;
  for (let row = 1; row < values.length; row++) {
    const step = values[row]! - values[row - 1]!;
    if (Number.isNaN(step)) continue;
    pairs++;
    if (step > 0) up++;
    if (step < 0) down++;
  }
  if (pairs < fewestRows || Math.max(up, down) < 9) return false;
  return Math.min(up, down) <= (1 - inOrder) * pairs;
}
