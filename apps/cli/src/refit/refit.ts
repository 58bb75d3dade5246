import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { RefitKind } from '@laurel/automl';
import { AppError, type ExperimentManifest } from '@laurel/contracts';
import { resultOf } from '@laurel/pool';
import { readEngineSettings } from '../env.ts';
import { checkTable, readManifest } from '../replay/replay.ts';
import { score } from '../train/board.ts';
import { laurelVersion } from '../train/manifest.ts';
import { trainingPool } from '../train/pool.ts';
import type { RefitReport } from '../train/protocol.ts';

const usage = `Usage: laurel refit DIR TABLE --out NEWDIR [--kind full|distilled]

Makes a new model of one that "laurel train" wrote to DIR; TABLE is the file it was trained on.
  full       every member is fitted once on all training rows: predictions are several times quicker (the default)
  distilled  one small model that learns what the whole answers
The new model has scores of its own and says what it was made from. The old one stays as it is.`;

const kinds: readonly string[] = ['full', 'distilled'] satisfies RefitKind[];

/** `laurel refit`: the new model's folder, and its scores beside the old ones on standard error. */
export async function refitCommand(args: string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const [dir, file, ...others] = positionals;
  const { out, kind = 'full' } = values;
  if (dir === undefined || file === undefined || out === undefined || others.length > 0 || !kinds.includes(kind)) {
    throw new AppError('PARAMETER_INVALID', `Name the model's folder, the table and --out.\n\n${usage}`);
  }
  for (const path of [join(dir, 'model.laurel'), join(dir, 'manifest.json'), file]) {
    if (!existsSync(path)) throw new AppError('NOT_FOUND', `There is no file ${path}. Check the name.`);
  }
  if (resolve(out) === resolve(dir)) {
    throw new AppError('PARAMETER_INVALID', 'The new model would take the place of the old one. Use another --out.');
  }
  const manifest = await readManifest(join(dir, 'manifest.json'));
  await checkTable(file, manifest);
  const workDir = await mkdtemp(join(tmpdir(), 'laurel-refit-'));
  const pool = trainingPool(readEngineSettings());
  try {
    const again = { file: resolve(file), parse: manifest.data.parse, plan: manifest.plan, workDir };
    const split = resultOf(await pool.run({ kind: 'prepare-again', ...again }));
    if (split.splitSha256 !== manifest.splitSha256) {
      throw new AppError('STATE_INVALID', 'The rows are split in another way than they were. Train the model anew.');
    }
    const modelPath = resolve(dir, 'model.laurel');
    const winner = manifest.trials.find((trial) => trial.number === manifest.winner);
    const request = { workDir, modelPath, name: winner?.name ?? 'Model', how: kind as RefitKind, seed: manifest.seed };
    const made = resultOf(await pool.run({ kind: 'refit', ...request }));
    await writeModel(resolve(out), workDir, manifest, made, kind);
    const before = winner?.score ?? null;
    process.stderr.write(
      `${made.name}: ${manifest.plan.metric} ${score(made.score)}${before === null ? '' : `, before ${score(before)}`}; ` +
        `${score(made.predictMsPerRow)} ms per row, ${Math.ceil(made.sizeBytes / 1024)} KB.\nWritten to ${out}.\n`,
    );
    return 0;
  } finally {
    await pool.close();
    await rm(workDir, { recursive: true, force: true });
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { out: { type: 'string' }, kind: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new AppError('PARAMETER_INVALID', `${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}

async function writeModel(
  outDir: string,
  workDir: string,
  manifest: ExperimentManifest,
  made: RefitReport,
  kind: string,
): Promise<void> {
  const { plan, seed, data, splitSha256 } = manifest;
  const description = {
    schemaVersion: 1,
    createdAt: new Date().toISOString(),
    versions: { laurel: laurelVersion, node: process.version },
    data: { file: data.name, sha256: data.sha256, splitSha256 },
    model: {
      name: made.name,
      kind,
      refitOf: made.refitOf,
      artifactSha256: made.artifactSha256,
      sizeBytes: made.sizeBytes,
      predictMsPerRow: made.predictMsPerRow,
      calibration: made.calibration,
      threshold: made.threshold,
    },
    metric: plan.metric,
    score: made.validation,
    metrics: made.oof.metrics,
    holdoutMetrics: made.holdout?.metrics ?? null,
    seed,
    plan,
  };
  await mkdir(outDir, { recursive: true });
  // Each file appears whole or not at all, the description last.
  await writeFile(join(outDir, '.model.laurel.new'), await readFile(join(workDir, 'refit.model')));
  await rename(join(outDir, '.model.laurel.new'), join(outDir, 'model.laurel'));
  await writeFile(join(outDir, '.model.json.new'), `${JSON.stringify(description, null, 2)}\n`);
  await rename(join(outDir, '.model.json.new'), join(outDir, 'model.json'));
}
