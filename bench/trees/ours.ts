import { columnOf } from '@laurel/evaluation';
import { type BoostResult, boost, createPredictor, type ForestResult, fitForest, type TreeModel } from '@laurel/trees';
import { denseColumn, type Problem } from './problems.ts';
import { binningOptions, boostParameters, objectiveOf, type Setting } from './setting.ts';

export interface OurFit {
  result: BoostResult;
  /** seconds, bins included */
  whole: number;
  /** seconds from the first tree on */
  grow: number;
}

/** One fit. A fit asks its clock once the bins are written, before the first tree. */
export async function fitOurs(problem: Problem, setting: Setting): Promise<OurFit> {
  const { features, rows, target } = problem;
  const asked: number[] = [];
  const start = performance.now();
  const result = await boost({
    train: { features, rows, target },
    objective: objectiveOf(problem),
    parameters: boostParameters(setting),
    binningOptions,
    seed: setting.seed,
    deadlineMs: Number.MAX_VALUE,
    now: () => {
      const time = performance.now();
      asked.push(time);
      return time;
    },
  });
  const end = performance.now();
  const firstTree = asked[0] ?? start;
  return { result, whole: (end - start) / 1000, grow: (end - firstTree) / 1000 };
}

/** Seconds and result of a forest with the other tool's defaults: nothing drawn but what makes it that forest. */
export async function forestOurs(
  problem: Problem,
  learner: 'random-forest' | 'extra-trees',
  setting: Setting,
): Promise<{ result: ForestResult; seconds: number }> {
  const { features, rows, target, task, outputs } = problem;
  const start = performance.now();
  const result = await fitForest({
    features,
    rows,
    target,
    task: task === 'regression' ? { kind: 'regression' } : { kind: 'classification', classes: Math.max(2, outputs) },
    parameters: { trees: setting.rounds, splitter: learner === 'extra-trees' ? 'random' : 'best' },
    binningOptions,
    seed: setting.seed,
  });
  return { result, seconds: (performance.now() - start) / 1000 };
}

/** Predictions as a peer writes them: of two classes the second one's probability, otherwise a number per output. */
export function predictOurs(model: TreeModel, problem: Problem): Float64Array {
  const predictor = createPredictor(model);
  const predictions = predictor.predict(problem.features, problem.rows);
  const { width } = predictor;
  predictor.dispose();
  return problem.task === 'binary' ? columnOf(predictions, width, 1) : predictions;
}

export interface TimedPredictor {
  batch(problem: Problem): void;
  /** microseconds of each of so many calls for one row, through the values of an application: a row at a time */
  oneByOne(problem: Problem, calls: number): number[];
}

export function openPredictor(model: TreeModel): TimedPredictor {
  const predictor = createPredictor(model);
  const out = new Float64Array(predictor.width);
  return {
    batch: ({ features, rows }) => void predictor.predict(features, rows),
    oneByOne({ features, rows }, calls) {
      const columns = features.map((feature) => denseColumn(feature, rows));
      const values = new Float64Array(columns.length);
      const times: number[] = [];
      for (let i = 0; i < calls; i++) {
        for (let c = 0; c < columns.length; c++) values[c] = (columns[c] as Float64Array)[i % rows] as number;
        const start = performance.now();
        predictor.predictRow(values, out);
        times.push((performance.now() - start) * 1000);
      }
      return times;
    },
  };
}

const histogramBytesPerBin = 16;

/** What a fit may take: 1.5 times the matrix of bins, 48 bytes a row and output, and the histograms of its leaves. */
export function memoryBar({ rows, features, outputs }: Problem, leaves: number): number {
  const histograms = leaves * features.length * 256 * histogramBytesPerBin;
  return 1.5 * rows * features.length + 48 * rows * outputs + histograms;
}
