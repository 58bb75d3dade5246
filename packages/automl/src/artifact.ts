import { AppError, type FoldFit, type ModelInput, predictsValues, type TaskKind } from '@laurel/contracts';
import { argmaxLabels, labelsAtThreshold } from '@laurel/evaluation';
import type { Table } from '@laurel/tabular';
import { createAligner, type ModelColumn, modelColumn } from './align.ts';
import { readContainer, type Tensors, writeContainer } from './container.ts';
import { applyStack, type StackModel } from './ensembles/stack.ts';
import { type FamilyLookup, familyOf } from './families.ts';
import { applyCalibration } from './finish/calibration.ts';
import type { Finishing } from './finish/finishing.ts';
import { defaultLevel, intervalsAround } from './finish/intervals.ts';
import { correctedModel } from './finish/priors.ts';
import type { Config, FittedModel, ModelState, SeriesHistory } from './models/types.ts';
import { pooledMean, weightedSum } from './pooling.ts';
import { answerForecast, type ForecastModel, rowsOfForecast } from './tasks/forecast/answer.ts';
import { decodeForecast, encodeForecast, type ForecastHeader } from './tasks/forecast/data.ts';
import { forecastFamily } from './tasks/forecast/family.ts';
import { contextLength, tailOf } from './tasks/forecast/history.ts';
import { forecastIntervals } from './tasks/forecast/intervals.ts';
import type { LoadedModel, PreparedData } from './types.ts';

/** What every artifact says of itself. */
export interface ArtifactHeader {
  schemaVersion: 1;
  kind: 'bag' | 'ensemble' | 'stack';
  family: string;
  task: TaskKind;
  target: string;
  labels: string[];
  positiveClass: string | null;
  inputs: ModelInput[];
  columns: ModelColumn[];
  /** bag: the fold models, averaged equally unless weighted; ensemble: artifacts with weights that sum to 1 */
  members: { header?: unknown; tensors?: string[]; classWeights?: number[]; weight?: number; name?: string }[];
  /** of probabilities, in a bag and in an ensemble; absent: a plain mean, of values and in artifacts of earlier versions */
  pooling?: 'geometric';
  /** stack: what its members' predictions are put together by */
  stack?: StackModel;
  /** bag: how it was fitted, for fitting it again on all rows; absent in artifacts of earlier versions */
  fitted?: FittedBag;
  /** absent in artifacts of earlier versions: predictions are given as they are */
  finishing?: Finishing;
  /** forecasts: what the newest values, kept beside it, are */
  forecast?: ForecastHeader & Pick<ForecastModel, 'date' | 'series' | 'known'>;
}

/** What a refit has to know of a bag. */
export interface FittedBag {
  config: Config;
  seed: number;
  /** per fold: rows it was fitted on, iterations it kept, and what the clock decided */
  folds: Pick<FoldFit, 'rows' | 'iterations' | 'decided'>[];
  /** mean of the folds', of a family that learns one from validation rows (`FittedModel.temperature`) */
  temperature?: number;
}

/**
 * An artifact of fold models whose predictions are averaged: probabilities by their geometric mean, which is as sure as
 * the fold models are, so that what was learnt from their out-of-fold predictions holds for the bag (a plain mean is less
 * sure). The same models give the same bytes.
 */
export function writeBag(
  prepared: PreparedData,
  family: string,
  states: readonly ModelState[],
  finishing: Finishing = {},
  fitted?: FittedBag,
): Uint8Array {
  const tensors: Tensors = {};
  const weights = bagWeights(prepared, states.length);
  const members = states.map((state, index) => {
    for (const [name, tensor] of Object.entries(state.tensors)) tensors[`m${index}.${name}`] = tensor;
    const { header, classWeights } = state;
    const weight = weights?.[index];
    return {
      header,
      tensors: Object.keys(state.tensors),
      ...(classWeights ? { classWeights } : {}),
      ...(weight === undefined ? {} : { weight }),
    };
  });
  return writeContainer({
    header: {
      ...commonHeader(prepared, tensors),
      kind: 'bag',
      family,
      members,
      ...poolingOf(prepared),
      finishing,
      ...(fitted ? { fitted } : {}),
    },
    tensors,
  });
}

function poolingOf({ plan }: PreparedData): Pick<ArtifactHeader, 'pooling'> {
  return predictsValues(plan.task) ? {} : { pooling: 'geometric' };
}

/** An artifact that embeds those of its members. Weights sum to 1, or a stack says how they are put together. */
export function writeEnsemble(
  prepared: PreparedData,
  family: string,
  members: readonly { artifact: Uint8Array; weight: number; name: string }[],
  { finishing = {}, stack }: { finishing?: Finishing; stack?: StackModel | undefined } = {},
): Uint8Array {
  const tensors: Tensors = {};
  members.forEach((member, index) => {
    tensors[`a${index}`] = member.artifact;
  });
  const described = members.map(({ weight, name }) => ({ weight, name }));
  const kind = stack ? 'stack' : 'ensemble';
  return writeContainer({
    header: {
      ...commonHeader(prepared, tensors),
      kind,
      family,
      members: described,
      ...(stack ? { stack } : poolingOf(prepared)),
      finishing,
    },
    tensors,
  });
}

/** What an artifact says of itself, without loading the model. Throws ARTIFACT_CORRUPT. */
export function readArtifactHeader(bytes: Uint8Array): ArtifactHeader {
  return headerOf(readContainer(bytes, 'model').header);
}

/**
 * A model from its artifact; nothing of it is executed. Throws ARTIFACT_CORRUPT when the checksum does not match,
 * FAMILY_UNKNOWN when this version cannot run it.
 */
export async function loadModel(bytes: Uint8Array, lookup: FamilyLookup = familyOf): Promise<LoadedModel> {
  const { header: raw, tensors } = readContainer(bytes, 'model');
  const header = headerOf(raw);
  const parts =
    header.kind === 'bag' ? [await loadBag(header, tensors, lookup)] : await loadEnsemble(header, tensors, lookup);
  const { task, target, labels, positiveClass, family, inputs, columns, finishing = {} } = header;
  const outputs = predictsValues(task) ? 1 : labels.length;
  const positive = positiveClass === null ? 1 : Math.max(0, labels.indexOf(positiveClass));
  const { calibration, threshold, residuals } = finishing;
  const align = createAligner(columns);
  const pool = header.kind === 'bag' ? weightedSum : poolOf(header);
  const answer = (table: Table, ask: (part: Part, aligned: Table) => Float64Array): Float64Array => {
    const aligned = align(table);
    const values = header.stack
      ? applyStack(
          header.stack,
          parts.map((part) => ask(part, aligned)),
          outputs,
        )
      : pool(parts, (part) => ask(part, aligned));
    return calibration ? applyCalibration(calibration, values, outputs, positive) : values;
  };
  const predictRows = (table: Table, history?: SeriesHistory) =>
    answer(table, (part, aligned) => part.predict(aligned, history));
  const forecast = forecastOf(header, tensors);
  return {
    task,
    target,
    labels,
    positiveClass,
    family,
    inputs,
    finishing,
    foldModels: parts[0]?.folds.length ?? 0,
    predict: (table) => (forecast ? answerForecast(table, forecast, predictRows) : predictRows(table)),
    predictPrepared: predictRows,
    predictWithFold: (fold, table, history) => answer(table, (part, aligned) => foldOf(part, fold)(aligned, history)),
    decide: (predictions) =>
      task === 'binary' && threshold !== undefined
        ? labelsAtThreshold(predictions, positive, threshold)
        : argmaxLabels(predictions, outputs),
    intervals: (predictions, level = defaultLevel, table) => {
      if (!residuals) return null;
      if (!forecast) return intervalsAround(residuals, predictions, level);
      return table
        ? forecastIntervals(residuals, predictions, level, rowsOfForecast(table, forecast))
        : new Float64Array(0);
    },
    dispose: () => {
      for (const part of parts) part.dispose();
    },
  };
}

/** The part of a header that a forecast is answered from; null for other tasks. */
function forecastOf(header: ArtifactHeader, tensors: Tensors): ForecastModel | null {
  if (!header.forecast) return null;
  const { target, columns } = header;
  return { ...header.forecast, target, columns, data: decodeForecast(header.forecast, tensors) };
}

/** A model that was fitted on all rows has no folds: it answers for each of them. */
function foldOf(part: Part, fold: number): Predict {
  return part.folds[Math.min(fold, part.folds.length - 1)]!;
}

type Predict = (aligned: Table, history?: SeriesHistory) => Float64Array;

/** One bag: the mean of its fold models, which can be asked one by one. */
interface Part {
  weight: number;
  predict: Predict;
  folds: Predict[];
  dispose(): void;
}

async function loadBag(header: ArtifactHeader, tensors: Tensors, lookup: FamilyLookup): Promise<Part> {
  const info = lookup(header.family);
  const family = header.forecast ? await forecastFamily(info) : await info.load();
  const models: FittedModel[] = await Promise.all(
    header.members.map(async (member, index) => {
      const own: ModelState['tensors'] = Object.create(null);
      for (const name of member.tensors ?? [])
        own[name] = tensors[`m${index}.${name}`] as ModelState['tensors'][string];
      const model = await family.restore({ header: member.header, tensors: own });
      return member.classWeights ? correctedModel(model, member.classWeights) : model;
    }),
  );
  const folds = models.map(
    (model): Predict =>
      (aligned, history) =>
        model.predict(aligned, undefined, history),
  );
  const weighted = folds
    .map((predict, index) => ({ weight: header.members[index]!.weight ?? 1 / folds.length, predict }))
    .filter(({ weight }) => weight > 0);
  const pool = poolOf(header);
  return {
    weight: 1,
    predict(aligned, history) {
      return pool(weighted, (part) => part.predict(aligned, history));
    },
    folds,
    dispose: () => {
      for (const model of models) model.dispose();
    },
  };
}

/** How the answers of several models become one. */
function poolOf({ task, labels, pooling }: ArtifactHeader): typeof weightedSum {
  if (pooling !== 'geometric') return weightedSum;
  return (parts, answer) => pooledMean(parts, predictsValues(task) ? 1 : labels.length, answer);
}

async function loadEnsemble(header: ArtifactHeader, tensors: Tensors, lookup: FamilyLookup): Promise<Part[]> {
  return Promise.all(
    header.members.map(async (member, index) => {
      const model = await loadModel(tensors[`a${index}`] as Uint8Array, lookup);
      const folds = Array.from({ length: model.foldModels }, (_, fold): Predict => {
        return (aligned, history) => model.predictWithFold(fold, aligned, history);
      });
      return { weight: member.weight ?? 0, predict: model.predictPrepared, folds, dispose: model.dispose };
    }),
  );
}

/**
 * Shares of the fold models in a bag; undefined: equal ones. Rows in order of time are answered by the model of the
 * newest window alone: those before it know less of the present.
 */
export function bagWeights({ trainEnds, forecast }: PreparedData, models: number): number[] | undefined {
  if (!trainEnds || forecast) return undefined;
  return Array.from({ length: models }, (_, index) => (index === models - 1 ? 1 : 0));
}

/** Adds what a forecast looks back on to the arrays. */
function commonHeader(prepared: PreparedData, into: Tensors) {
  const { task, target, labels, positiveClass } = prepared.plan;
  const columns = prepared.features.columns.map(modelColumn);
  const common = { schemaVersion: 1, task, target, labels, positiveClass, inputs: prepared.inputs, columns };
  const { forecast } = prepared;
  if (!forecast || !prepared.plan.forecast) return common;
  const { date, series, known } = prepared.plan.forecast;
  const tail = { ...forecast, history: tailOf(forecast.history, contextLength(forecast.history.seasons)) };
  return {
    ...common,
    forecast: { ...encodeForecast(tail, into), date, ...(series === undefined ? {} : { series }), known },
  };
}

function headerOf(raw: unknown): ArtifactHeader {
  const header = raw as ArtifactHeader | null;
  if (header?.schemaVersion !== 1 || !['bag', 'ensemble', 'stack'].includes(header.kind)) {
    throw new AppError(
      'ARTIFACT_CORRUPT',
      'This file is not a model, or a newer Laurel wrote it. Use a model of this version.',
    );
  }
  return header;
}
