import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { AppError, type DatasetProfile, type SerialisedError, serialiseError } from '@laurel/contracts';
import { resultOf } from '@laurel/pool';
import { type Handler, jobs } from '@laurel/queue';
import { blobKeys } from '@laurel/storage';
import { persist } from '../persist.ts';
import type { Resources } from '../resources.ts';
import { withFolder } from '../scratch.ts';

const limitMs = 15 * 60_000;
/** Deaths of the reading process that are put down to bad luck; the next is put down to the file. */
const mostCrashes = 2;

/** Reads an uploaded file in a locked-down process and stores it as a table with its profile, or says what is wrong. */
export function profileDataset(resources: Resources): Handler<'profile-dataset'> {
  const { db, storage, log, scratch } = resources;
  return async ({ datasetId }, { attempt }) => {
    const dataset = await db.internal.datasetForProfiling(datasetId, resources.workerId);
    if (!dataset) return;
    try {
      await withFolder(scratch, async (workDir) => {
        const outTablePath = join(workDir, 'table');
        const sourcePath = await storage.localPath(blobKeys.datasetSource(datasetId));
        const { contentType, parse, name } = dataset;
        const profile = await read(resources, {
          sourcePath,
          outTablePath,
          workDir,
          contentType,
          parse,
          fileName: name,
        });
        const key = blobKeys.datasetTable(datasetId);
        await persist('storing a table', log, () => storage.put(key, createReadStream(outTablePath)));
        await persist('recording a profile', log, () => db.internal.datasetReady(datasetId, profile));
      });
    } catch (error) {
      const known = serialiseError(error);
      const mayPass = error instanceof AppError ? error.retryable : true;
      const lastAttempt = attempt >= (known.code === 'TRIAL_CRASHED' ? mostCrashes : jobs['profile-dataset'].attempts);
      if ((mayPass && !lastAttempt) || known.code === 'CANCELLED') throw error;
      log('warn', 'a dataset could not be read', { datasetId, code: known.code, error: known.message });
      await persist('recording a failure', log, () => db.internal.datasetFailed(datasetId, inWords(known)));
    }
    resources.relay.kick();
  };
}

type ReadRequest = Parameters<Resources['tables']['run']>[0] extends infer R
  ? Omit<Extract<R, { sourcePath: string }>, 'kind'>
  : never;

async function read({ tables, shutdown }: Resources, request: ReadRequest): Promise<DatasetProfile> {
  return resultOf(await tables.run({ kind: 'profile', ...request }, { hardMs: limitMs, signal: shutdown }));
}

/** What happened to the reading process, as a statement about the file. */
function inWords(error: SerialisedError): SerialisedError {
  switch (error.code) {
    case 'TRIAL_OOM':
      return { ...error, code: 'TABLE_TOO_LARGE', message: `The file is too large for this machine. ${error.message}` };
    case 'TRIAL_TIMEOUT':
      return {
        ...error,
        code: 'TABLE_TOO_LARGE',
        message: 'The file could not be read within 15 minutes. Upload a smaller one.',
      };
    case 'TRIAL_CRASHED':
      return {
        ...error,
        code: 'NOT_TABULAR',
        message: `The file ended the program that reads it, twice. It is probably damaged: save it again, or as CSV. ${error.message}`,
      };
    case 'INTERNAL':
      return {
        ...error,
        message:
          'Something failed on our side while the file was read. Upload it again; the worker log has the details.',
      };
    default:
      return error;
  }
}
