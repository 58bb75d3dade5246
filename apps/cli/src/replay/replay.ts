import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { kernelHashes, noCapMs } from '@laurel/automl';
import { AppError, type ExperimentManifest, experimentManifest, type ManifestTrial } from '@laurel/contracts';
import { type Pool, resultOf } from '@laurel/pool';
import { readEngineSettings } from '../env.ts';
import { trainingPool } from '../train/pool.ts';
import type { CliProtocol, CompletedTrial, MemberRef } from '../train/protocol.ts';

const usage = `Usage: laurel replay MANIFEST TABLE

Trains the models of a run again and checks that they are the same. MANIFEST is the manifest.json that "laurel train"
wrote beside its model, or what GET /api/v1/experiments/{id}/manifest answers; TABLE is the file it was trained on.
What a clock decided then is taken from the manifest, so that this run needs none. The exit code is 0 when every model
comes out the same, byte for byte, and 1 when one does not.`;

/** `laurel replay`: one line per trial on standard output. */
export async function replayCommand(args: string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const [manifestPath, file, ...others] = positionals;
  if (manifestPath === undefined || file === undefined || others.length > 0) {
    throw new AppError('PARAMETER_INVALID', `Name the manifest and the table.\n\n${usage}`);
  }
  for (const path of [manifestPath, file]) {
    if (!existsSync(path)) throw new AppError('NOT_FOUND', `There is no file ${path}. Check the name.`);
  }
  const manifest = await readManifest(manifestPath);
  await checkTable(file, manifest);
  for (const difference of differencesOf(manifest)) process.stderr.write(`Note: ${difference}\n`);
  const settings = readEngineSettings();
  const workDir = await mkdtemp(join(tmpdir(), 'laurel-replay-'));
  const pool = trainingPool(settings);
  try {
    return await replay({ manifest, file: resolve(file), pool, workers: settings.workers, workDir });
  } finally {
    await pool.close();
    await rm(workDir, { recursive: true, force: true });
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean', short: 'h' } } });
  } catch (error) {
    throw new AppError('PARAMETER_INVALID', `${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}

/** Throws PARAMETER_INVALID. */
export async function readManifest(path: string): Promise<ExperimentManifest> {
  const text = await readFile(path, 'utf8');
  try {
    return experimentManifest.parse(JSON.parse(text));
  } catch (error) {
    const advice = 'Use a manifest.json of "laurel train", or the answer of GET /experiments/{id}/manifest.';
    throw new AppError('PARAMETER_INVALID', `${path} is not a manifest that this version can read. ${advice}`, {
      cause: error,
    });
  }
}

/** Throws PARAMETER_INVALID when it is another file than that of the manifest. */
export async function checkTable(file: string, { data }: ExperimentManifest): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found === data.sha256) return;
  throw new AppError(
    'PARAMETER_INVALID',
    `${file} is not the table of this manifest: its SHA-256 is ${found}, and that of ${data.name} was ${data.sha256}. Give the file as it was uploaded.`,
  );
}

/** What may make numbers differ, in words. */
function differencesOf({ engine }: ExperimentManifest): string[] {
  const here = kernelHashes();
  const kernels = Object.entries(engine.kernels).filter(([name, sha256]) => here[name] !== sha256);
  return [
    ...(engine.node === process.version
      ? []
      : [`It ran on Node ${engine.node}, and this is ${process.version}: logarithms may differ in their last bits.`]),
    ...kernels.map(([name]) => `The WebAssembly kernel "${name}" has changed since then.`),
  ];
}

interface Replay {
  manifest: ExperimentManifest;
  file: string;
  pool: Pool<CliProtocol>;
  workers: number;
  workDir: string;
}

async function replay({ manifest, file, pool, workers, workDir }: Replay): Promise<number> {
  const { plan, data, splitSha256 } = manifest;
  const split = resultOf(await pool.run({ kind: 'prepare-again', file, parse: data.parse, plan, workDir }));
  if (split.splitSha256 !== splitSha256) {
    process.stdout.write('The rows are split in another way than they were, so no model can come out the same.\n');
    return 1;
  }
  const finished = new Map<number, MemberRef>();
  const wanted = manifest.trials.filter((trial) => trial.status === 'completed' && trial.run !== null);
  let same = 0;
  const runOne = async (trial: ManifestTrial): Promise<void> => {
    const again = await trainAgain(trial, pool, workDir, finished);
    if (again.result) {
      const { name, score } = again.result;
      finished.set(trial.number, {
        trialNumber: trial.number,
        name,
        score,
        predictMsPerRow: trial.predictMsPerRow ?? 0,
      });
    }
    if (again.isSame) same++;
    process.stdout.write(`#${trial.number} ${trial.name}: ${again.words}\n`);
  };
  await inParallel(
    workers,
    wanted.filter((trial) => trial.kind === 'model'),
    runOne,
  );
  await inParallel(
    workers,
    wanted.filter((trial) => trial.kind === 'ensemble'),
    runOne,
  );
  process.stdout.write(`${same} of ${wanted.length} models came out the same, byte for byte.\n`);
  return same === wanted.length ? 0 : 1;
}

async function trainAgain(
  trial: ManifestTrial,
  pool: Pool<CliProtocol>,
  workDir: string,
  finished: ReadonlyMap<number, MemberRef>,
): Promise<{ isSame: boolean; words: string; result?: CompletedTrial }> {
  const { number, kind, family, config, seed, rungRows, run } = trial;
  const members = (Array.isArray(config.members) ? config.members : []).map((member) => finished.get(Number(member)));
  if (kind === 'ensemble' && members.some((member) => member === undefined)) {
    return { isSame: false, words: 'not trained, since one of its models is missing' };
  }
  const spec = {
    ...{ number, kind, family, config, seed, capMs: noCapMs, repeat: run?.fits ?? [] },
    ...(rungRows === null ? {} : { rungRows }),
  };
  const outcome = await pool.run({
    ...{ kind: 'trial', workDir, spec, endAtMs: null },
    members: members.filter((member) => member !== undefined),
    ...(run?.memoryLimitBytes ? { processLimitBytes: run.memoryLimitBytes } : {}),
  });
  if (outcome.status === 'failed') return { isSame: false, words: outcome.failure.message };
  const { result } = outcome;
  if (result.status === 'failed') return { isSame: false, words: result.failure.message };
  if (result.status === 'pruned') return { isSame: false, words: result.reason };
  const was = trial.score;
  if (result.artifactSha256 === trial.artifactSha256)
    return { isSame: true, words: `${result.score}, the same`, result };
  const words =
    result.score === was ? `${result.score} as before, in other bytes` : `${result.score}, and it was ${was}`;
  return { isSame: false, words, result };
}

/** Works on the items in order, `width` at a time. */
async function inParallel<T>(width: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const lanes = Array.from({ length: width }, async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  });
  await Promise.all(lanes);
}
