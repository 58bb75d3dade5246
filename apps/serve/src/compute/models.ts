import { type LoadedModel, loadModel } from '@laurel/automl';

/** Models of one compute thread by the hash of their artifact; the least recently used go when there are too many. */
export class ThreadModels {
  readonly #models = new Map<string, { model: LoadedModel; bytes: number }>();
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  has(sha256: string): boolean {
    return this.#models.has(sha256);
  }

  async add(sha256: string, bytes: Uint8Array): Promise<void> {
    this.#models.set(sha256, { model: await loadModel(bytes), bytes: bytes.byteLength });
  }

  /** `has` was true before: the thread does one task at a time, so nothing was dropped since. */
  get(sha256: string): LoadedModel {
    const entry = this.#models.get(sha256);
    if (entry === undefined) throw new Error(`the model ${sha256} is not loaded in this thread`);
    this.#models.delete(sha256);
    this.#models.set(sha256, entry);
    return entry.model;
  }

  /** Between tasks: drops the oldest until the rest fits. The newest always stays. */
  trim(): void {
    let total = 0;
    for (const { bytes } of this.#models.values()) total += bytes;
    for (const [sha256, { model, bytes }] of this.#models) {
      if (total <= this.#maxBytes || this.#models.size === 1) return;
      this.#models.delete(sha256);
      model.dispose();
      total -= bytes;
    }
  }
}
