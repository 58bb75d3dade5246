import type { LoadedModel } from '@laurel/automl';

export interface CachedModel {
  sha256: string;
  model: LoadedModel;
  /** estimate of what it holds in memory */
  bytes: number;
  /** measured on this machine, milliseconds per row of larger calls; null before the first */
  msPerRow: number | null;
  /** seats of champions that rely on it; it is not disposed of before they are gone */
  holders: number;
}

/** A loaded model takes about this many times the bytes of its artifact. */
const growth = 3;
/** A model that left the cache may still be in the hands of a request; this long is more than any takes to begin predicting. */
const drainMs = 60_000;

/**
 * Loaded models by the hash of their artifact. Equal requests share one load. When more than `maxBytes` are held, the
 * one not used for longest goes; whoever still predicts with it keeps it alive until then.
 */
export class ModelCache {
  readonly #models = new Map<string, CachedModel>();
  readonly #loading = new Map<string, Promise<CachedModel>>();
  readonly #options: {
    artifact: (sha256: string) => Promise<Uint8Array>;
    load: (artifact: Uint8Array) => LoadedModel | Promise<LoadedModel>;
    maxBytes: number;
  };
  #bytes = 0;

  constructor(options: {
    artifact: (sha256: string) => Promise<Uint8Array>;
    load: (artifact: Uint8Array) => LoadedModel | Promise<LoadedModel>;
    maxBytes: number;
  }) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get maxBytes(): number {
    return this.#options.maxBytes;
  }

  /** Throws ARTIFACT_CORRUPT, or what the source throws when it is away. */
  async get(sha256: string): Promise<CachedModel> {
    const known = this.#models.get(sha256);
    if (known !== undefined) {
      this.#models.delete(sha256);
      this.#models.set(sha256, known);
      return known;
    }
    const loading = this.#loading.get(sha256) ?? this.#load(sha256);
    return loading;
  }

  #load(sha256: string): Promise<CachedModel> {
    const loading = (async () => {
      const artifact = await this.#options.artifact(sha256);
      const model = await this.#options.load(artifact);
      const entry: CachedModel = { sha256, model, bytes: artifact.byteLength * growth, msPerRow: null, holders: 0 };
      this.#models.set(sha256, entry);
      this.#bytes += entry.bytes;
      this.#evict(sha256);
      return entry;
    })().finally(() => this.#loading.delete(sha256));
    this.#loading.set(sha256, loading);
    return loading;
  }

  #evict(keep: string): void {
    for (const [sha256, entry] of this.#models) {
      if (this.#bytes <= this.#options.maxBytes) return;
      if (sha256 === keep) continue;
      this.#models.delete(sha256);
      this.#bytes -= entry.bytes;
      disposeWhenDrained(entry);
    }
  }
}

function disposeWhenDrained(entry: CachedModel): void {
  setTimeout(() => {
    if (entry.holders > 0) disposeWhenDrained(entry);
    else entry.model.dispose();
  }, drainMs).unref();
}
