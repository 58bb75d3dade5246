import { AppError } from '@laurel/contracts';

export interface OnDemandOptions {
  maxBytes: number;
  /** how long a request waits before it is told to come back */
  waitMs?: number;
}

/**
 * Answers that are computed when somebody asks: kept by the hash of all they depend on, computed once however many ask.
 * `get` waits for at most `waitMs`; null then, and the answer is there when asked again. Failures are not kept.
 */
export class OnDemand {
  readonly #answers = new Map<string, string>();
  readonly #running = new Map<string, Promise<string>>();
  readonly #maxBytes: number;
  readonly #waitMs: number;
  #bytes = 0;

  constructor(options: OnDemandOptions) {
    this.#maxBytes = options.maxBytes;
    this.#waitMs = options.waitMs ?? 10_000;
  }

  /** JSON text of what `compute` gives for `key`. */
  async get(key: string, compute: () => Promise<unknown>): Promise<string | null> {
    const known = this.#answers.get(key);
    if (known !== undefined) {
      this.#answers.delete(key);
      this.#answers.set(key, known);
      return known;
    }
    const running = this.#running.get(key) ?? this.#start(key, compute);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), this.#waitMs);
    });
    try {
      return await Promise.race([running, patience]);
    } finally {
      clearTimeout(timer);
    }
  }

  #start(key: string, compute: () => Promise<unknown>): Promise<string> {
    if (this.#running.size >= 50) {
      throw new AppError('NOT_READY', 'Too many computations are waiting. Try again in half a minute.', {
        details: { retryAfterSeconds: 30 },
      });
    }
    const running = compute()
      .then((value) => {
        const text = JSON.stringify(value);
        this.#keep(key, text);
        return text;
      })
      .finally(() => this.#running.delete(key));
    // whoever waited may be gone when it fails
    running.catch(() => undefined);
    this.#running.set(key, running);
    return running;
  }

  #keep(key: string, text: string): void {
    this.#answers.set(key, text);
    this.#bytes += text.length;
    for (const [oldest, answer] of this.#answers) {
      if (this.#bytes <= this.#maxBytes || oldest === key) return;
      this.#answers.delete(oldest);
      this.#bytes -= answer.length;
    }
  }
}
