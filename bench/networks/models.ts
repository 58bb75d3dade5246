import { families } from '@laurel/automl';
import { type Metric, metricById } from '@laurel/evaluation';
import type { Column, Table } from '@laurel/tabular';
import { type LoadedSet, openShared } from '../engine/datasets.ts';
import type { Recorder } from '../record.ts';
import { featureOf } from '../trees/sets.ts';
import { processorMs } from './processor.ts';

export interface ModelOptions {
  datasets: string[] | null;
  families: string[] | null;
  seconds: number;
  /** models of a bag */
  bag: number;
  /** settings in place of the default's; part of the name of the case */
  config: Record<string, unknown>;
}

const defaultSets = [
  'vehicle',
  'mfeat-factors',
  'jungle-chess',
  'segment',
  'abalone',
  'pol',
  'car',
  'california-housing',
];
const defaultFamilies = ['gbm', 'realmlp', 'mlp', 'tabm', 'knn'];

/**
 * Each family once: fold 0 is predicted by a bag of models, each stopped by another fold and learnt from the rest.
 * Seconds are those of the processor, so that other work on the machine changes little.
 */
export async function models(record: Recorder, options: ModelOptions): Promise<void> {
  const shared = await openShared();
  if (!shared) {
    process.stderr.write('  Skipped: the shared data folder is not beside the repository (LAUREL_SHARED_DIR).\n');
    return;
  }
  const settings = Object.keys(options.config).length > 0 ? `, ${JSON.stringify(options.config)}` : '';
  for (const name of options.datasets ?? defaultSets) {
    const problem = readSet(shared.scorer.loadDataset(name, shared.data));
    let boosted: number | undefined;
    for (const family of options.families ?? defaultFamilies) {
      const fitted = await fitOne(problem, family, options);
      if (family === 'gbm') boosted = fitted.score;
      record.add({
        case: `models: ${name}, ${family}, ${options.seconds} s, bag of ${options.bag}${settings}`,
        value: fitted.score,
        unit: problem.unit,
        ...(boosted === undefined || family === 'gbm' ? {} : { peer: boosted, peerName: 'gbm' }),
        details: { ...fitted },
      });
      process.stderr.write(
        `  ${name} ${family}: ${problem.unit} ${fitted.score.toPrecision(5)}, ${fitted.seconds} s, iterations ${fitted.iterations}, members ${fitted.members}, ${fitted.predictMsPerRow} ms a row
`,
      );
    }
  }
}

type Task = 'binary' | 'multiclass' | 'regression';

interface Problem {
  task: Task;
  classes: number;
  unit: 'auc' | 'logloss' | 'rmse';
  features: Table;
  target: Float64Array;
  /** rows of the folds that are wanted */
  place(wanted: (fold: number) => boolean): Int32Array;
}

function readSet({ info, header, rows, folds }: LoadedSet): Problem {
  const targetColumn = header.indexOf(info.target);
  const columns: Column[] = [];
  for (const [c, name] of header.entries()) {
    if (c === targetColumn) continue;
    const feature = featureOf(rows.map((row) => (row[c] as string).trim()));
    if (feature?.kind === 'numeric') columns.push({ name, type: 'numeric', values: feature.values as Float64Array });
    if (feature?.kind !== 'categorical') continue;
    const levels = Array.from({ length: feature.levels }, (_, code) => String(code));
    columns.push({ name, type: 'categorical', codes: feature.codes as Int32Array, levels });
  }
  const texts = rows.map((row) => row[targetColumn] as string);
  const labels = [...new Set(texts)].sort();
  const isValue = info.task === 'regression';
  const place = (wanted: (fold: number) => boolean) =>
    Int32Array.from(texts.keys()).filter((row) => wanted(Number(folds[row])));
  return {
    task: info.task,
    classes: isValue ? 1 : labels.length,
    unit: isValue ? 'rmse' : info.task === 'binary' ? 'auc' : 'logloss',
    features: { rows: rows.length, columns },
    target: Float64Array.from(texts, (text) => (isValue ? Number(text) : labels.indexOf(text))),
    place,
  };
}

async function fitOne(problem: Problem, id: string, { seconds, bag: size, config: changes }: ModelOptions) {
  const bag = Array.from({ length: size }, (_, i) => i + 1);
  const info = families.find((family) => family.id === id);
  if (!info) throw new Error(`There is no family ${id}.`);
  const { task, classes, features, target, place } = problem;
  const metric = metricById({ auc: 'roc_auc', logloss: 'log_loss', rmse: 'rmse' }[problem.unit]) as Metric;
  const score = (truth: Float64Array, predictions: Float64Array) =>
    metric.compute(truth, predictions, { classes, ...(problem.unit === 'auc' ? { positive: 1 } : {}) });
  const numeric = features.columns.filter((column) => 'values' in column).length;
  const facts = {
    task,
    rows: features.rows,
    numericFeatures: numeric,
    categoricalFeatures: features.columns.length - numeric,
    levels: 10,
    classes,
  };
  const family = await info.load();
  const config = { ...info.startingConfigs(facts)[0], ...changes };
  const testRows = place((fold) => fold === 0);
  const mean = new Float64Array(testRows.length * classes);
  const iterations: number[] = [];
  const members: number[] = [];
  let fitMs = 0;
  let predictMs = 0;
  for (const held of bag) {
    const startMs = processorMs();
    const model = await family.fit({
      task,
      classes,
      train: { features, rows: place((fold) => fold !== 0 && fold !== held), target },
      validation: { features, rows: place((fold) => fold === held), target },
      config,
      seed: held,
      metric: { higherIsBetter: problem.unit === 'auc', score },
      deadlineMs: startMs + 1000 * seconds,
      now: processorMs,
    });
    const endMs = processorMs();
    const own = model.predict(features, testRows);
    predictMs += processorMs() - endMs;
    fitMs += endMs - startMs;
    for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] as number) + (own[i] as number) / bag.length;
    iterations.push(model.iterations);
    members.push(Number(model.decided?.members ?? 1));
    model.dispose();
  }
  const truth = Float64Array.from(testRows, (row) => target[row] as number);
  return {
    score: score(truth, mean),
    seconds: Number((fitMs / 1000 / bag.length).toFixed(2)),
    iterations: iterations.join(' '),
    members: members.join(' '),
    predictMsPerRow: Number((predictMs / testRows.length / bag.length).toPrecision(3)),
  };
}
