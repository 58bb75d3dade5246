/**
 * Answers of a source that may be away: fresh for `freshMs`; after that asked again, and when the source fails the last
 * answer is given for up to `staleMs`. Equal questions at the same time are asked once. Refusals are not kept.
 */
export class Remembered<T> {
  readonly #entries = new Map<string, { value: T; at: number }>();
  readonly #asking = new Map<string, Promise<T>>();
  readonly #options: { freshMs: number; staleMs: number; limit: number; keepsWhen: (error: unknown) => boolean };

  /** `keepsWhen`: true for errors that say the source is away, false for those that are its answer */
  constructor(options: { freshMs: number; staleMs: number; limit: number; keepsWhen: (error: unknown) => boolean }) {
    this.#options = options;
  }

  async get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    const age = known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.at;
    if (known !== undefined && age <= this.#options.freshMs) return known.value;
    const asking = this.#asking.get(key) ?? this.#ask(key, ask);
    try {
      return await asking;
    } catch (error) {
      if (known !== undefined && age <= this.#options.staleMs && this.#options.keepsWhen(error)) return known.value;
      this.#entries.delete(key);
      throw error;
    }
  }

  #ask(key: string, ask: () => Promise<T>): Promise<T> {
    const asking = ask()
      .then((value) => {
        this.#entries.delete(key);
        this.#entries.set(key, { value, at: performance.now() });
        const oldest = this.#entries.keys().next();
        if (this.#entries.size > this.#options.limit && !oldest.done) this.#entries.delete(oldest.value);
        return value;
      })
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }
}
