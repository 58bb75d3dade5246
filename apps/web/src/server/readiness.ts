import type { Platform } from './platform.ts';

export interface Check {
  ok: boolean;
  message: string;
}

const limitMs = 2_500;

/** Asks each part that the platform needs, all at once, each for at most 2.5 s. */
export async function readiness(platform: Platform): Promise<Record<'database' | 'serve' | 'queue', Check>> {
  const [database, serve, queue] = await Promise.all([
    state('the database does not answer', () => platform.db.ping()),
    state('the prediction server does not answer', async () => {
      const answer = await platform.serve.ask({
        method: 'GET',
        path: '/ready',
        actor: null,
        requestId: 'ready',
        timeoutMs: limitMs,
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`answers ${answer.status}`);
    }),
    state('the queue does not answer', () => platform.queue.ready()),
  ]);
  return { database, serve, queue };
}

async function state(message: string, ask: () => Promise<unknown>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), limitMs);
  });
  try {
    await Promise.race([ask(), late]);
    return { ok: true, message: 'ready' };
  } catch {
    return { ok: false, message }; // the cause holds addresses; being named is what the caller needs
  } finally {
    clearTimeout(timer);
  }
}
