import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, type BatchReport } from '@laurel/contracts';
import type { ComputeThreads } from '../compute/threads.ts';
import { bodyChunks, requireMediaType } from '../http/body.ts';
import type { App } from '../http/context.ts';
import type { Platform } from '../ports.ts';

/** Scored files can be fetched for this long. */
const keptMs = 60 * 60_000;
const mostFiles = 100;

interface ScoredFile {
  modelId: string;
  report: BatchReport;
  path: string;
  bytes: number;
}

/**
 * POST /internal/models/:id/score: a CSV of any size up to the limit -> `{id, report, bytes}`; GET /internal/scores/:id:
 * its rows with the predictions appended. The files are this server's own and go after an hour or when it stops.
 */
export function scoreRoutes(
  app: App,
  deps: { platform: Platform; threads: ComputeThreads; scratch: string; maxScoreBytes: number },
): void {
  const files = new Map<string, ScoredFile>();
  const forget = async (id: string) => {
    const file = files.get(id);
    files.delete(id);
    if (file !== undefined) await rm(file.path, { force: true });
  };

  app.post('/internal/models/:id/score', async (c) => {
    requireMediaType(c, ['text/csv']);
    const model = await deps.platform.models.model(c.req.param('id'));
    const id = randomUUID();
    const inputPath = join(deps.scratch, `${id}.in`);
    const outputPath = join(deps.scratch, `${id}.out`);
    try {
      await pipeline(Readable.from(bodyChunks(c, deps.maxScoreBytes)), createWriteStream(inputPath, { mode: 0o600 }));
      const artifact = { sha256: model.artifactSha256 };
      const report = await deps.threads.run('score', { artifact, plan: model.plan, inputPath, outputPath });
      const { size } = await stat(outputPath);
      files.set(id, { modelId: model.id, report, path: outputPath, bytes: size });
    } catch (error) {
      await rm(outputPath, { force: true });
      throw error;
    } finally {
      await rm(inputPath, { force: true });
    }
    setTimeout(() => void forget(id), keptMs).unref();
    const oldest = files.keys().next();
    if (files.size > mostFiles && !oldest.done) await forget(oldest.value);
    const { report, bytes } = files.get(id)!;
    return c.json({ id, report, bytes });
  });

  app.get('/internal/scores/:id', (c) => {
    const file = files.get(c.req.param('id'));
    if (file === undefined) {
      throw new AppError('NOT_FOUND', 'This scored file is gone; it is kept for an hour. Score the table again.');
    }
    return c.body(Readable.toWeb(createReadStream(file.path)) as ReadableStream, 200, {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-length': String(file.bytes),
      'content-disposition': `attachment; filename="predictions-${file.modelId}.csv"`,
    });
  });
}
