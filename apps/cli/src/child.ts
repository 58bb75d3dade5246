import { createHash } from 'node:crypto';
import { readFile as readBytes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  dataFacts,
  decodePredictions,
  decodePrepared,
  type EnsembleMember,
  encodePredictions,
  encodePrepared,
  evaluateModel,
  type PreparedData,
  planWithTable,
  prepareData,
  refitModel,
  runTrial,
  selectSoFar,
  sha256Hex,
} from '@laurel/automl';
import { serveRequests, trialRunOf } from '@laurel/pool';
import { profileTable } from '@laurel/tabular';
import { readFile } from '@laurel/tabular/readers';
import type { CliProtocol, MemberRef, TrialReport } from './train/protocol.ts';

/** The prepared data of the run under way: read once, used by every trial of this process. */
let held: { path: string; prepared: PreparedData } | null = null;

async function preparedAt(path: string): Promise<PreparedData> {
  if (held?.path !== path) held = { path, prepared: decodePrepared(await readBytes(path)) };
  return held.prepared;
}

serveRequests<CliProtocol>({
  async prepare({ file, request, seed, workDir }) {
    const bytes = await readBytes(file);
    const fileSha256 = createHash('sha256').update(bytes).digest('hex');
    const read = await readFile({ path: file, fileName: basename(file), workDir });
    const profile = profileTable(read.table, read);
    const plan = planWithTable({ profile, table: read.table, request, seed });
    const prepared = prepareData(read.table, plan);
    await writeFile(join(workDir, 'prepared.bin'), encodePrepared(prepared));
    const { splitSha256, inputs } = prepared;
    const { parse } = read;
    return { plan: prepared.plan, facts: dataFacts(prepared), inputs, splitSha256, fileSha256, parse };
  },

  async 'prepare-again'({ file, parse, plan, workDir }) {
    const { table } = await readFile({ path: file, fileName: basename(file), workDir, ...(parse ? { parse } : {}) });
    const prepared = prepareData(table, plan);
    await writeFile(join(workDir, 'prepared.bin'), encodePrepared(prepared));
    return { splitSha256: prepared.splitSha256 };
  },

  async refit({ workDir, modelPath, name, how, seed }, { processLimitBytes }) {
    const prepared = await preparedAt(join(workDir, 'prepared.bin'));
    const source = new Uint8Array(await readBytes(modelPath));
    const context = { now: () => performance.now(), processLimitBytes };
    const made = await refitModel(prepared, source, { kind: how, name, seed }, context);
    await writeFile(join(workDir, 'refit.model'), made.artifact);
    const { threshold, calibration } = made.finishing;
    const evaluate = (split: 'oof' | 'holdout') =>
      evaluateModel({ prepared, predictions: made[split], split, threshold });
    return {
      name: made.name,
      refitOf: { name, artifactSha256: sha256Hex(source) },
      score: made.score,
      validation: made.validation,
      oof: evaluate('oof'),
      holdout: made.holdout.length > 0 ? evaluate('holdout') : null,
      predictMsPerRow: made.predictMsPerRow,
      sizeBytes: made.artifact.byteLength,
      artifactSha256: sha256Hex(made.artifact),
      calibration: calibration?.method ?? null,
      threshold: threshold ?? null,
    };
  },

  async select({ workDir, members }) {
    const prepared = await preparedAt(join(workDir, 'prepared.bin'));
    const models = members.map(async (member) => {
      const { oof } = decodePredictions(await readBytes(predictionsPath(workDir, member.trialNumber)));
      return { ...member, oof };
    });
    return selectSoFar(prepared, await Promise.all(models));
  },

  async trial(request, { emit, processLimitBytes: own }): Promise<TrialReport> {
    const { workDir, spec, endAtMs, members, processLimitBytes = own } = request;
    const prepared = await preparedAt(join(workDir, 'prepared.bin'));
    // The time that reading and waiting took belongs to the trial.
    const capMs = endAtMs === null ? spec.capMs : Math.max(100, Math.min(spec.capMs, endAtMs - Date.now()));
    const loaded = await Promise.all(members.map((member) => loadMember(workDir, member)));
    const context = { now: () => performance.now(), processLimitBytes, onEvent: emit };
    const outcome = await runTrial(prepared, { ...spec, capMs }, context, { members: loaded });
    if (outcome.status === 'failed') return outcome;
    const run = await trialRunOf(outcome, processLimitBytes);
    if (outcome.status === 'pruned') {
      const { fits: _, ...pruned } = outcome;
      return { ...pruned, run };
    }
    const { artifact, oof, holdout, fits: _, ...rest } = outcome;
    const { threshold } = rest.finishing;
    const outputs = Math.max(1, prepared.plan.labels.length);
    await writeFile(modelPath(workDir, spec.number), artifact);
    await writeFile(predictionsPath(workDir, spec.number), encodePredictions({ outputs, oof, holdout, threshold }));
    return { ...rest, sizeBytes: artifact.byteLength, artifactSha256: sha256Hex(artifact), run };
  },
});

async function loadMember(workDir: string, member: MemberRef): Promise<EnsembleMember> {
  const { oof, holdout } = decodePredictions(await readBytes(predictionsPath(workDir, member.trialNumber)));
  const artifact = await readBytes(modelPath(workDir, member.trialNumber));
  return { ...member, oof, holdout, artifact };
}

function modelPath(workDir: string, number: number): string {
  return join(workDir, `trial-${number}.model`);
}

function predictionsPath(workDir: string, number: number): string {
  return join(workDir, `trial-${number}.predictions`);
}
