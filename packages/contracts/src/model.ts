import { z } from 'zod';
import { columnType } from './dataset.ts';
import { generatedFeature, interval, leaderboardRow, taskKind } from './experiment.ts';

/** Largest artifact that is kept, 256 MiB; fits keep their models below it. */
export const maxArtifactBytes = 256 * 1024 * 1024;

/** One input of a model: what a row to predict must hold, and what the form and the snippets are made from. */
export const modelInput = z.object({
  name: z.string(),
  type: columnType,
  /** categorical and boolean: levels seen in training, most frequent first, at most 1,000 */
  levels: z.array(z.string()).optional(),
  /** numeric and datetime: range and median of the training rows; datetimes in milliseconds since 1970 */
  min: z.number().optional(),
  max: z.number().optional(),
  median: z.number().optional(),
  /** datetime: how the training data writes it, see `dateFormats` of tabular; rows to predict are read the same way */
  dateFormat: z.string().optional(),
  /** may be left out of the rows: forecasts take what has happened since from the target, where it is given */
  optional: z.boolean().optional(),
  example: z.union([z.string(), z.number(), z.boolean(), z.null()]),
});
export type ModelInput = z.infer<typeof modelInput>;

/** What callers rely on: a promotion that changes it needs `newContract: true`. */
export const modelContract = z.object({
  task: taskKind,
  target: z.string(),
  labels: z.array(z.string()),
  inputs: z.array(modelInput),
});
export type ModelContract = z.infer<typeof modelContract>;

export const learningCurves = z.object({
  iterations: z.array(z.object({ series: z.string(), points: z.array(z.tuple([z.number(), z.number()])) })),
  iterationLabel: z.string().default('iteration'),
  sampleSize: z.array(z.object({ rows: z.number(), train: z.number(), validation: z.number(), sd: z.number() })),
});
export type LearningCurves = z.infer<typeof learningCurves>;

export const importanceEntry = z.object({
  feature: z.string(),
  mean: z.number(),
  sd: z.number(),
  ciLow: z.number(),
  ciHigh: z.number(),
});
export const importance = z.object({
  metric: z.string(),
  repeats: z.number().int(),
  rows: z.number().int(),
  split: z.enum(['oof', 'holdout']),
  /** drop of the metric when the column is shuffled; larger is more important whatever the metric's direction */
  features: z.array(importanceEntry),
});
export type Importance = z.infer<typeof importance>;

export const partialDependence = z.object({
  feature: z.string(),
  kind: z.enum(['numeric', 'categorical', 'datetime']),
  grid: z.array(z.union([z.number(), z.string()])),
  /** per class label, or `value` for regression */
  average: z.record(z.string(), z.array(z.number())),
  /** one line per sampled row, for the positive class (binary), the most frequent class (multiclass) or the value */
  ice: z.array(z.array(z.number())),
  iceOf: z.string(),
  /** how the training rows spread over the grid */
  distribution: z.array(z.number()),
});
export type PartialDependence = z.infer<typeof partialDependence>;

export const confusion = z.object({ labels: z.array(z.string()), matrix: z.array(z.array(z.number())) });
export const curvePoints = z.array(z.tuple([z.number(), z.number()]));
export const thresholdPoint = z.object({
  threshold: z.number(),
  tp: z.number(),
  fp: z.number(),
  fn: z.number(),
  tn: z.number(),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
});
export const evaluation = z.object({
  schemaVersion: z.literal(1),
  split: z.enum(['oof', 'holdout']),
  rows: z.number().int(),
  metrics: z.record(z.string(), interval),
  classification: z
    .object({
      threshold: z.number().nullable(),
      confusion,
      roc: z.array(z.object({ label: z.string(), auc: z.number().nullable(), points: curvePoints })),
      pr: z.array(z.object({ label: z.string(), area: z.number().nullable(), points: curvePoints })),
      calibration: z.array(z.object({ predicted: z.number(), observed: z.number(), count: z.number() })),
      thresholds: z.array(thresholdPoint),
      lift: curvePoints,
    })
    .nullable(),
  regression: z
    .object({
      /** predicted, actual; at most 2,000 rows, sampled by seed */
      scatter: curvePoints,
      residualHistogram: z.object({ edges: z.array(z.number()), counts: z.array(z.number()) }),
      residualQuantiles: z.array(z.number()),
    })
    .nullable(),
});
export type Evaluation = z.infer<typeof evaluation>;

export const modelView = z.object({
  id: z.string(),
  projectId: z.string(),
  experimentId: z.string(),
  trialNumber: z.number().int(),
  family: z.string(),
  name: z.string(),
  task: taskKind,
  target: z.string(),
  labels: z.array(z.string()),
  positiveClass: z.string().nullable(),
  metric: z.object({ id: z.string(), label: z.string(), higherIsBetter: z.boolean() }),
  score: leaderboardRow.shape.validation,
  metrics: z.record(z.string(), z.number().nullable()),
  holdout: interval.nullable(),
  config: z.record(z.string(), z.unknown()),
  inputs: z.array(modelInput),
  lineage: z.object({
    datasetId: z.string(),
    datasetName: z.string(),
    datasetVersion: z.number().int(),
    datasetSha256: z.string(),
    splitSha256: z.string(),
    seed: z.number(),
    codeVersion: z.string(),
    artifactSha256: z.string().nullable(),
    members: z.array(z.object({ modelId: z.string(), name: z.string(), weight: z.number() })),
    /** how its probabilities were calibrated; null: as the models give them */
    calibration: z.enum(['temperature', 'isotonic']).nullable().optional(),
    /** binary: probability of the positive class from which a row is called positive; null: 0.5 */
    threshold: z.number().nullable().optional(),
    /** the model that this one was fitted again from: on all rows, or distilled */
    refitOf: z
      .object({ modelId: z.string(), kind: z.enum(['full', 'distilled']) })
      .nullable()
      .optional(),
  }),
  /** why its fit ended before it was done, in words; null when it did not */
  stopReason: z.string().nullable().optional(),
  /** features made of the columns that it uses, with where they come from */
  generatedFeatures: z.array(generatedFeature).optional(),
  sizeBytes: z.number().int(),
  fitSeconds: z.number(),
  predictMsPerRow: z.number(),
  hasArtifact: z.boolean(),
  champion: z.boolean(),
  createdAt: z.string(),
});
export type ModelView = z.infer<typeof modelView>;

/** A cell of a row to predict. `null` is missing; an absent key is an error. */
export const predictCell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const predictRequest = z.strictObject({ rows: z.array(z.record(z.string(), predictCell)) });
export const prediction = z.union([
  z.object({ label: z.string(), probabilities: z.record(z.string(), z.number()) }),
  z.object({ value: z.number(), interval: z.tuple([z.number(), z.number()]).optional() }),
]);
export type Prediction = z.infer<typeof prediction>;
export const predictWarning = z.object({ code: z.string(), column: z.string(), message: z.string() });
export const predictResponse = z.object({
  modelId: z.string(),
  requestId: z.string(),
  predictions: z.array(prediction),
  warnings: z.array(predictWarning),
});
export type PredictResponse = z.infer<typeof predictResponse>;

/** Report on a scored table: how its columns met the model's inputs, and the score when the target is in it. */
export const batchReport = z.object({
  rows: z.number().int(),
  matched: z.array(z.string()),
  missing: z.array(z.string()),
  unused: z.array(z.string()),
  unseen: z.array(z.object({ column: z.string(), values: z.number().int(), rows: z.number().int() })),
  score: z
    .object({
      metric: z.string(),
      value: z.number().nullable(),
      ciLow: z.number().nullable(),
      ciHigh: z.number().nullable(),
      rows: z.number().int(),
    })
    .nullable(),
});
export type BatchReport = z.infer<typeof batchReport>;
