import type { BlobStore } from './blob-store.ts';
import { FileBlobStore } from './file-store.ts';

/** Where blobs are kept. */
export type StorageConfig = { kind: 'files'; directory: string };

/** The store that the configuration names. */
export function createBlobStore(config: StorageConfig): BlobStore {
  return new FileBlobStore(config.directory);
}
