export type { BlobStore } from './blob-store.ts';
export { createBlobStore, type StorageConfig } from './create.ts';
export { blobKeys } from './keys.ts';
