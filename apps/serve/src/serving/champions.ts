import { AppError } from '@laurel/contracts';
import type { Log } from '../http/context.ts';
import type { Champion, ChampionSource } from '../ports.ts';
import type { CachedModel, ModelCache } from './model-cache.ts';

interface Seat {
  champion: Champion;
  /** held so that the champion answers while the database is away; null until it was needed or there was room */
  loaded: CachedModel | null;
}

interface Failure {
  sequence: number;
  error: unknown;
  retryAt: number;
}

/**
 * The champion of each project, as the database says. A new one is loaded beside the old and takes over between two
 * requests; a request that has begun ends with the model it began with. When the database is away the last known stay.
 */
export class Champions {
  readonly #source: ChampionSource;
  readonly #cache: ModelCache;
  readonly #log: Log;
  readonly #pollMs: number;
  #seats = new Map<string, Seat>();
  readonly #failures = new Map<string, Failure>();
  #known = false;
  #refreshing: Promise<void> | null = null;
  #again = false;
  #timer: NodeJS.Timeout | null = null;
  #unwatch: (() => Promise<void>) | null = null;
  #closed = false;

  constructor(options: { source: ChampionSource; cache: ModelCache; log: Log; pollMs?: number }) {
    this.#source = options.source;
    this.#cache = options.cache;
    this.#log = options.log;
    this.#pollMs = options.pollMs ?? 2000;
  }

  /** Learns the champions and keeps watching; does not throw when the source is away yet. */
  async start(): Promise<void> {
    await this.refresh();
    await this.#watch();
    this.#timer = setInterval(() => {
      void this.refresh();
      if (this.#unwatch === null) void this.#watch();
    }, this.#pollMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#unwatch?.();
    await this.#refreshing;
  }

  /** False until the champions were read once. */
  get known(): boolean {
    return this.#known;
  }

  /** The champion to answer with now. Throws NO_CHAMPION, NOT_READY, ARTIFACT_CORRUPT. */
  async current(projectId: string): Promise<{ champion: Champion; loaded: CachedModel }> {
    // one that was promoted a moment ago may not have been noticed yet
    if (!this.#seats.has(projectId)) await this.refresh();
    const seat = this.#seats.get(projectId);
    if (seat === undefined) {
      const failure = this.#failures.get(projectId);
      if (failure !== undefined) throw failure.error;
      if (!this.#known) {
        throw new AppError(
          'NOT_READY',
          'The prediction server has just started and cannot reach the database yet. Try again in a few seconds.',
        );
      }
      throw new AppError(
        'NO_CHAMPION',
        'This project has no champion yet. Request the promotion of a model and have it approved.',
      );
    }
    return { champion: seat.champion, loaded: seat.loaded ?? (await this.#load(seat)) };
  }

  /** Reads the champions and switches to new ones; calls during a run share one more run. */
  refresh(): Promise<void> {
    if (this.#refreshing !== null) {
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = (async () => {
      do {
        this.#again = false;
        await this.#read();
      } while (this.#again && !this.#closed);
    })().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #watch(): Promise<void> {
    try {
      this.#unwatch = await this.#source.watch(() => void this.refresh());
    } catch (error) {
      this.#log('warn', 'cannot listen for new champions; they are noticed by polling', { cause: String(error) });
    }
  }

  async #read(): Promise<void> {
    let champions: Champion[];
    try {
      champions = await this.#source.all();
    } catch (error) {
      this.#log('warn', 'the champions cannot be read; the known ones go on', { cause: String(error) });
      return;
    }
    const wanted = new Set(champions.map((champion) => champion.projectId));
    for (const projectId of this.#seats.keys()) if (!wanted.has(projectId)) this.#put(projectId, null);
    for (const projectId of this.#failures.keys()) if (!wanted.has(projectId)) this.#failures.delete(projectId);
    for (const champion of champions) await this.#seat(champion);
    this.#known = true;
  }

  async #seat(champion: Champion): Promise<void> {
    const seat = this.#seats.get(champion.projectId);
    if (seat !== undefined && seat.champion.sequence === champion.sequence && seat.loaded !== null) return;
    const failure = this.#failures.get(champion.projectId);
    if (failure?.sequence === champion.sequence && performance.now() < failure.retryAt) return;
    const room = this.#held() < this.#cache.maxBytes / 2;
    try {
      const loaded = room || seat?.loaded ? await this.#cache.get(champion.artifactSha256) : null;
      this.#put(champion.projectId, { champion, loaded });
      this.#failures.delete(champion.projectId);
      if (seat?.champion.modelId !== champion.modelId) {
        this.#log('info', 'champion', {
          projectId: champion.projectId,
          modelId: champion.modelId,
          sequence: champion.sequence,
        });
      }
    } catch (error) {
      this.#failed(champion, error);
    }
  }

  /** A damaged artifact must not be hidden by the model it replaced; a database that is away leaves that one in place. */
  #failed(champion: Champion, error: unknown): void {
    this.#log('error', 'the champion cannot be loaded', {
      projectId: champion.projectId,
      modelId: champion.modelId,
      cause: String(error),
    });
    if (error instanceof AppError && error.code === 'ARTIFACT_CORRUPT') this.#put(champion.projectId, null);
    const retryAt = performance.now() + (this.#seats.has(champion.projectId) ? this.#pollMs : 30_000);
    this.#failures.set(champion.projectId, { sequence: champion.sequence, error, retryAt });
  }

  async #load(seat: Seat): Promise<CachedModel> {
    const loaded = await this.#cache.get(seat.champion.artifactSha256);
    const { champion } = seat;
    if (this.#held() < this.#cache.maxBytes / 2 && this.#seats.get(champion.projectId) === seat) {
      this.#put(champion.projectId, { champion, loaded });
    }
    return loaded;
  }

  /** The switch: from here on requests get the new one. */
  #put(projectId: string, seat: Seat | null): void {
    const before = this.#seats.get(projectId)?.loaded;
    if (seat?.loaded) seat.loaded.holders++;
    if (before) before.holders--;
    if (seat === null) this.#seats.delete(projectId);
    else this.#seats.set(projectId, seat);
  }

  #held(): number {
    let bytes = 0;
    for (const seat of this.#seats.values()) bytes += seat.loaded?.bytes ?? 0;
    return bytes;
  }
}
