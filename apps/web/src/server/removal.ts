import type { Actor } from '@laurel/access';
import { blobKeys } from '@laurel/storage';
import { log } from './log.ts';
import type { Platform } from './platform.ts';

/**
 * Deletes rows first (`deleteRows`), then the files they named: a crash between the two leaves files that nobody can
 * reach, never a row without its file. What is to go is listed before, because the rows are gone afterwards.
 */
export async function removeBlobsOfProject(
  platform: Platform,
  actor: Actor,
  projectId: string,
  requestId: string,
  deleteRows: () => Promise<void>,
): Promise<void> {
  const prefixes: string[] = [];
  const { db } = platform;
  for await (const id of allIds((page) => db.datasets.list(actor, { projectId }, page))) {
    prefixes.push(blobKeys.dataset(id));
  }
  for await (const id of allIds((page) => db.experiments.list(actor, { projectId }, page))) {
    prefixes.push(blobKeys.experiment(id));
  }
  await deleteRows();
  await removeBlobs(platform, prefixes, requestId);
}

/** The same for one dataset, with the experiments on it. */
export async function removeBlobsOfDataset(
  platform: Platform,
  actor: Actor,
  datasetId: string,
  requestId: string,
  deleteRows: () => Promise<void>,
): Promise<void> {
  const prefixes = [blobKeys.dataset(datasetId)];
  for await (const id of allIds((page) => platform.db.experiments.list(actor, { datasetId }, page))) {
    prefixes.push(blobKeys.experiment(id));
  }
  await deleteRows();
  await removeBlobs(platform, prefixes, requestId);
}

/** The rows are gone already, so a file that could not be deleted is reported to the operator and not to the caller. */
export async function removeBlobs(platform: Platform, prefixes: readonly string[], requestId: string): Promise<void> {
  for (const prefix of prefixes) {
    try {
      await platform.blobs.deletePrefix(prefix);
    } catch (failure) {
      log('error', 'files of something deleted are left behind', { requestId, prefix, failure });
    }
  }
}

async function* allIds(
  list: (page: { limit: number; cursor?: string }) => Promise<{ items: { id: string }[]; nextCursor: string | null }>,
): AsyncGenerator<string> {
  let cursor: string | null = null;
  do {
    const page: { items: { id: string }[]; nextCursor: string | null } = await list(
      cursor === null ? { limit: 200 } : { limit: 200, cursor },
    );
    for (const item of page.items) yield item.id;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
