import { AppError, type ModelInput, predictsValues, type TaskKind } from '@laurel/contracts';
import { argmaxLabels, labelsAtThreshold } from '@laurel/evaluation';
import type { Table } from '@laurel/tabular';
import { alignTable, type ModelColumn, modelColumn } from './align.ts';
import { readContainer, type Tensors, writeContainer } from './container.ts';
import { applyStack, type StackModel } from './ensembles/stack.ts';
import { type FamilyLookup, familyOf } from './families.ts';
import { applyCalibration } from './finish/calibration.ts';
import type { Finishing } from './finish/finishing.ts';
import { defaultLevel, intervalsAround } from './finish/intervals.ts';
import type { FittedModel, ModelState } from './models/types.ts';
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
  /** bag: the fold models, averaged equally; ensemble: artifacts with weights that sum to 1 */
  members: { header?: unknown; tensors?: string[]; weight?: number; name?: string }[];
  /** stack: what its members' predictions are put together by */
  stack?: StackModel;
  /** absent in artifacts of earlier versions: predictions are given as they are */
  finishing?: Finishing;
}

/** An artifact of fold models whose predictions are averaged. The same models give the same bytes. */
export function writeBag(
  prepared: PreparedData,
  family: string,
  states: readonly ModelState[],
  finishing: Finishing = {},
): Uint8Array {
  const tensors: Tensors = {};
  const members = states.map((state, index) => {
    for (const [name, tensor] of Object.entries(state.tensors)) tensors[`m${index}.${name}`] = tensor;
    return { header: state.header, tensors: Object.keys(state.tensors) };
  });
  return writeContainer({ header: { ...commonHeader(prepared), kind: 'bag', family, members, finishing }, tensors });
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
      ...commonHeader(prepared),
      kind,
      family,
      members: described,
      ...(stack ? { stack } : {}),
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
  const answer = (table: Table, ask: (part: Part, aligned: Table) => Float64Array): Float64Array => {
    const aligned = alignTable(table, columns);
    const values = header.stack
      ? applyStack(
          header.stack,
          parts.map((part) => ask(part, aligned)),
          outputs,
        )
      : weightedSum(parts, aligned, ask);
    return calibration ? applyCalibration(calibration, values, outputs, positive) : values;
  };
  return {
    task,
    target,
    labels,
    positiveClass,
    family,
    inputs,
    finishing,
    foldModels: parts[0]?.folds.length ?? 0,
    predict: (table) => answer(table, (part, aligned) => part.predict(aligned)),
    predictWithFold: (fold, table) => answer(table, (part, aligned) => part.folds[fold]!(aligned)),
    decide: (predictions) =>
      task === 'binary' && threshold !== undefined
        ? labelsAtThreshold(predictions, positive, threshold)
        : argmaxLabels(predictions, outputs),
    intervals: (predictions, level = defaultLevel) =>
      residuals ? intervalsAround(residuals, predictions, level) : null,
    dispose: () => {
      for (const part of parts) part.dispose();
    },
  };
}

type Predict = (aligned: Table) => Float64Array;

/** One bag: the mean of its fold models, which can be asked one by one. */
interface Part {
  weight: number;
  predict: Predict;
  folds: Predict[];
  dispose(): void;
}

async function loadBag(header: ArtifactHeader, tensors: Tensors, lookup: FamilyLookup): Promise<Part> {
  const family = await lookup(header.family).load();
  const models: FittedModel[] = await Promise.all(
    header.members.map((member, index) => {
      const own: ModelState['tensors'] = Object.create(null);
      for (const name of member.tensors ?? [])
        own[name] = tensors[`m${index}.${name}`] as ModelState['tensors'][string];
      return family.restore({ header: member.header, tensors: own });
    }),
  );
  const folds = models.map(
    (model): Predict =>
      (aligned) =>
        model.predict(aligned),
  );
  const equal = folds.map((predict) => ({ weight: 1 / folds.length, predict }));
  return {
    weight: 1,
    predict: (aligned) => weightedSum(equal, aligned, (part, table) => part.predict(table)),
    folds,
    dispose: () => {
      for (const model of models) model.dispose();
    },
  };
}

async function loadEnsemble(header: ArtifactHeader, tensors: Tensors, lookup: FamilyLookup): Promise<Part[]> {
  return Promise.all(
    header.members.map(async (member, index) => {
      const model = await loadModel(tensors[`a${index}`] as Uint8Array, lookup);
      const folds = Array.from({ length: model.foldModels }, (_, fold): Predict => {
        return (aligned) => model.predictWithFold(fold, aligned);
      });
      return { weight: member.weight ?? 0, predict: model.predict, folds, dispose: model.dispose };
    }),
  );
}

/** Weighted sum in the order of the parts, so that a row gives the same numbers in every call. */
function weightedSum<P extends { weight: number }>(
  parts: readonly P[],
  table: Table,
  predict: (part: P, table: Table) => Float64Array,
): Float64Array {
  let total: Float64Array | null = null;
  for (const part of parts) {
    const values = predict(part, table);
    total ??= new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) total[i]! += part.weight * values[i]!;
  }
  return total ?? new Float64Array(0);
}

function commonHeader(prepared: PreparedData) {
  const { task, target, labels, positiveClass } = prepared.plan;
  const columns = prepared.features.columns.map(modelColumn);
  return { schemaVersion: 1, task, target, labels, positiveClass, inputs: prepared.inputs, columns };
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
