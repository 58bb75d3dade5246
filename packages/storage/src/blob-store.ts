import type { Readable } from 'node:stream';

/** Bytes by key. Keys come from `keys.ts` alone; nothing that a person typed is ever part of one. */
export interface BlobStore {
  /** whole or not at all: written aside and renamed; STORAGE_FULL when the disk is */
  put(key: string, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<{ bytes: number; sha256: string }>;
  /** NOT_FOUND for an unknown key */
  get(key: string): Promise<Readable>;
  read(key: string): Promise<Uint8Array>;
  /** a local file with the content, for a child process to open; a remote store downloads it into a cache */
  localPath(key: string): Promise<string>;
  exists(key: string): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** removes everything below a prefix made by keys.ts */
  deletePrefix(prefix: string): Promise<void>;
  /** removes what a crash left half written and nothing has touched for this long; the number of those */
  removeLeftovers(untouchedMs: number): Promise<number>;
}
