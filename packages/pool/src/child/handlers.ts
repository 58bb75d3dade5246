import type { EnsembleMember, PreparedData, TrialSpec } from '@laurel/automl';
import { predictsValues } from '@laurel/contracts';
import type { EngineProtocol, StoredMember, TrialAnswer, TrialRequest } from '../engine.ts';
import { trialRunOf } from '../trial-run.ts';
import { createProgress } from './progress.ts';
import type { ChildContext, Handlers } from './serve.ts';

// Modules of the engine are loaded when a request first needs them: a child must be ready in 300 ms, and one that
// only reads files shall not hold the models.
const engine = () => import('@laurel/automl');
const tabular = () => import('@laurel/tabular');
const readers = () => import('@laurel/tabular/readers');
const files = () => import('node:fs/promises');

export const engineHandlers: Handlers<EngineProtocol> = {
  profile: async ({ kind: _, ...input }) => (await readers()).profileDatasetFile(input),

  'read-table': async ({ sourcePath, outTablePath, kind: _, ...input }) => {
    const { readFile, writeTableFile } = await readers();
    const { table, parse, warnings } = await readFile({ ...input, path: sourcePath });
    await writeTableFile(outTablePath, table);
    return { rows: table.rows, columns: table.columns.map((column) => column.name), warnings, parse };
  },

  prepare: async ({ tablePath, profile, request, seed, outPath }) => {
    const [
      { dataFacts, encodePrepared, planExperiment, prepareData, refinePlan },
      { decodeTable, targetFindings },
      fs,
    ] = await Promise.all([engine(), tabular(), files()]);
    const planned = planExperiment({ profile, request, seed });
    const table = decodeTable(await fs.readFile(tablePath));
    const plan = refinePlan(planned, targetFindings(table, planned.target, planned.task));
    const prepared = prepareData(table, plan);
    await fs.writeFile(outPath, encodePrepared(prepared));
    const { inputs, splitSha256 } = prepared;
    return { plan: prepared.plan, inputs, splitSha256, facts: dataFacts(prepared) };
  },

  select: async (request) => {
    const [{ decodePredictions, selectSoFar }, fs] = await Promise.all([engine(), files()]);
    const models = request.members.map(async ({ predictionsPath, ...member }) => {
      return { ...member, oof: decodePredictions(await fs.readFile(predictionsPath)).oof };
    });
    return selectSoFar(await readPrepared(request), await Promise.all(models));
  },

  refit: async (request, { signal, processLimitBytes }) => {
    const { encodePredictions, holdoutMetrics, refitModel } = await engine();
    const prepared = await readPrepared(request);
    const artifact = new Uint8Array(await (await files()).readFile(request.artifactPath));
    const { how, name, seed } = request;
    const context = { now: () => performance.now(), signal, processLimitBytes };
    const { oof, holdout, fits: _, ...made } = await refitModel(prepared, artifact, { kind: how, name, seed }, context);
    const { threshold } = made.finishing;
    const outputs = predictsValues(prepared.plan.task) ? 1 : prepared.plan.labels.length;
    const predictions = encodePredictions({ outputs, oof, holdout, threshold });
    const run = await trialRunOf({}, processLimitBytes);
    const metrics = holdoutMetrics(prepared, holdout, threshold);
    return { status: 'completed', ...made, predictions, holdoutMetrics: metrics, run };
  },

  trial: (request, context) => runTrial(request, [], context),

  ensemble: async (request, context) => runTrial(request, await Promise.all(request.members.map(readMember)), context),
};

async function runTrial(
  request: TrialRequest,
  members: EnsembleMember[],
  { emit, signal, processLimitBytes }: ChildContext<EngineProtocol['trial']['event']>,
): Promise<TrialAnswer> {
  const { encodePredictions, holdoutMetrics, runTrial: run } = await engine();
  const prepared = await readPrepared(request);
  const now = () => performance.now();
  const spec = { ...request.spec, capMs: capMs(request) };
  const engineContext = { now, signal, processLimitBytes, onEvent: createProgress(now, emit) };
  const outcome = await run(prepared, spec, engineContext, { members });
  if (outcome.status === 'failed') return outcome;
  const trialRun = await trialRunOf(outcome, processLimitBytes);
  if (outcome.status === 'pruned') {
    const { fits: _, ...pruned } = outcome;
    return { ...pruned, run: trialRun };
  }
  const { oof, holdout, fits: _, ...result } = outcome;
  const outputs = predictsValues(prepared.plan.task) ? 1 : prepared.plan.labels.length;
  const { threshold } = result.finishing;
  const predictions = encodePredictions({ outputs, oof, holdout, threshold });
  return { ...result, predictions, holdoutMetrics: holdoutMetrics(prepared, holdout, threshold), run: trialRun };
}

/** The cap was set when the trial was queued; what is left of the experiment's time now may be less. */
function capMs({ spec, budgetLeftMs }: TrialRequest): number {
  if (budgetLeftMs === null) return spec.capMs;
  const kept = spec.kind === 'ensemble' ? 0 : (spec.reserveMs ?? 0);
  const least: Record<TrialSpec['kind'], number> = { model: 100, ensemble: 500 };
  return Math.min(spec.capMs, Math.max(least[spec.kind], budgetLeftMs - kept));
}

let held: { key: string; prepared: PreparedData } | null = null;

/** Reads the prepared data once per key, and lets the one before go. */
async function readPrepared({
  preparedPath,
  preparedKey,
}: Pick<TrialRequest, 'preparedPath' | 'preparedKey'>): Promise<PreparedData> {
  if (held?.key !== preparedKey) {
    held = null;
    const [{ decodePrepared }, fs] = await Promise.all([engine(), files()]);
    held = { key: preparedKey, prepared: decodePrepared(await fs.readFile(preparedPath)) };
  }
  return held.prepared;
}

async function readMember(member: StoredMember): Promise<EnsembleMember> {
  const [{ decodePredictions }, fs, { readFileSync, statSync }] = await Promise.all([
    engine(),
    files(),
    import('node:fs'),
  ]);
  const { oof, holdout } = decodePredictions(await fs.readFile(member.predictionsPath));
  const { trialNumber, name, score, predictMsPerRow } = member;
  return {
    trialNumber,
    name,
    score,
    predictMsPerRow,
    sizeBytes: statSync(member.artifactPath).size,
    oof,
    holdout,
    // read when the selection has chosen it: most members are not, and artifacts are large
    get artifact() {
      return new Uint8Array(readFileSync(member.artifactPath));
    },
  };
}
