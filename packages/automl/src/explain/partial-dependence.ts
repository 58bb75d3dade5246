import { AppError, type ModelInput, type PartialDependence, predictsValues } from '@laurel/contracts';
import { type Column, findColumn, isNumeric, selectRows, type Table } from '@laurel/tabular';
import { outputsOf } from '../scoring.ts';
import type { LoadedModel } from '../types.ts';
import { sampleRows } from './importance.ts';

export interface DependenceOptions {
  /** points of the grid for numbers and dates (20); for categories the most frequent levels */
  gridSize?: number;
  /** individual lines (50) */
  iceRows?: number;
  /** rows that the average is taken over (500) */
  rows?: number;
  seed: number;
}

const defaults = { gridSize: 20, iceRows: 50, rows: 500 };

/**
 * Partial dependence (Friedman 2001) of the prediction on one input, with individual lines (Goldstein et al. 2015):
 * the input is set to each value of a grid in all sampled rows. Numbers and dates use quantiles of the table as grid.
 * Throws COLUMN_NOT_FOUND when the model has no such input, PARAMETER_INVALID for text.
 */
export function partialDependence(
  model: LoadedModel,
  table: Table,
  feature: string,
  options: DependenceOptions,
): PartialDependence {
  if (model.task === 'forecast') {
    throw new AppError(
      'PARAMETER_INVALID',
      'A forecast depends on the values before it, and a date cannot be changed without them. Look at the importance instead.',
    );
  }
  const { gridSize, iceRows, rows, seed } = { ...defaults, ...options };
  const input = inputOf(model, feature);
  const column = findColumn(table, feature);
  if (!column) throw new AppError('COLUMN_NOT_FOUND', `The table has no column ${JSON.stringify(feature)}.`);
  const kind = kindOf(input);
  const grid = kind === 'categorical' ? levelGrid(input, column, gridSize) : quantileGrid(column, gridSize);
  const sample = selectRows(table, sampleRows(table.rows, rows, seed));
  const outputs = outputsOf(model);
  const predictions = grid.map((value) => model.predict(withValue(sample, input, value)));
  const average = Object.fromEntries(
    seriesNames(model).map((name, k) => [name, predictions.map((values) => meanOfColumn(values, outputs, k))]),
  );
  const shown = iceOutput(model, average);
  const lines = Array.from({ length: Math.min(iceRows, sample.rows) }, (_, row) =>
    predictions.map((values) => values[row * outputs + shown]!),
  );
  return {
    feature,
    kind,
    grid,
    average,
    ice: lines,
    iceOf: seriesNames(model)[shown]!,
    distribution: spread(column, grid),
  };
}

function inputOf(model: LoadedModel, feature: string): ModelInput {
  const input = model.inputs.find((candidate) => candidate.name === feature);
  if (input) return input;
  const names = model.inputs.map((candidate) => candidate.name).join(', ');
  throw new AppError(
    'COLUMN_NOT_FOUND',
    `The model has no input ${JSON.stringify(feature)}. Its inputs are: ${names}.`,
  );
}

function kindOf(input: ModelInput): PartialDependence['kind'] {
  if (input.type === 'numeric' || input.type === 'datetime') return input.type;
  if (input.type === 'text') {
    throw new AppError(
      'PARAMETER_INVALID',
      `${JSON.stringify(input.name)} is free text, which has no values to go through. Choose another input.`,
    );
  }
  return 'categorical';
}

/** Values at equal steps of rank, so that the grid is dense where the data is; the extreme half percent is left out. */
function quantileGrid(column: Column, size: number): number[] {
  const values = isNumeric(column) ? column.values.filter(Number.isFinite).sort() : new Float64Array(0);
  if (values.length === 0) return [];
  const distinct = [...new Set(values)];
  if (distinct.length <= size) return distinct;
  const points = Array.from({ length: size }, (_, i) => {
    const share = 0.005 + (0.99 * i) / (size - 1);
    return values[Math.round(share * (values.length - 1))]!;
  });
  return [...new Set(points)];
}

/** The most frequent levels of training, in the order of the model's inputs. */
function levelGrid(input: ModelInput, column: Column, size: number): string[] {
  const levels = input.levels ?? (isNumeric(column) ? [] : [...column.levels]);
  return levels.slice(0, size);
}

function withValue(sample: Table, input: ModelInput, value: number | string): Table {
  const { name } = input;
  const replacement: Column =
    typeof value === 'number'
      ? {
          name,
          type: input.type === 'datetime' ? 'datetime' : 'numeric',
          values: new Float64Array(sample.rows).fill(value),
        }
      : { name, type: 'categorical', codes: new Int32Array(sample.rows), levels: [value] };
  return { rows: sample.rows, columns: sample.columns.map((column) => (column.name === name ? replacement : column)) };
}

function seriesNames(model: LoadedModel): string[] {
  return predictsValues(model.task) ? ['value'] : model.labels;
}

/** The positive class; with several classes the one predicted most; the value. */
function iceOutput(model: LoadedModel, average: Record<string, number[]>): number {
  if (predictsValues(model.task)) return 0;
  if (model.task === 'binary') return Math.max(0, model.labels.indexOf(model.positiveClass ?? model.labels[1] ?? ''));
  const totals = model.labels.map((label) => average[label]!.reduce((sum, value) => sum + value, 0));
  return totals.indexOf(Math.max(...totals));
}

function meanOfColumn(values: Float64Array, outputs: number, k: number): number {
  let sum = 0;
  for (let i = k; i < values.length; i += outputs) sum += values[i]!;
  return (sum * outputs) / values.length;
}

/** Share of the table's rows nearest to each point of the grid; missing values count for none. */
function spread(column: Column, grid: readonly (number | string)[]): number[] {
  const counts = grid.map(() => 0);
  if (isNumeric(column)) {
    const points = grid as number[];
    for (const value of column.values) {
      if (!Number.isFinite(value)) continue;
      let nearest = 0;
      for (let i = 1; i < points.length; i++) {
        if (Math.abs(points[i]! - value) < Math.abs(points[nearest]! - value)) nearest = i;
      }
      counts[nearest]!++;
    }
  } else {
    const position = new Map(grid.map((level, index) => [level, index]));
    const byCode = column.levels.map((level) => position.get(level));
    for (const code of column.codes) {
      const at = code < 0 ? undefined : byCode[code];
      if (at !== undefined) counts[at]!++;
    }
  }
  const rows = isNumeric(column) ? column.values.length : column.codes.length;
  return counts.map((count) => count / Math.max(1, rows));
}
