import { describe, expect, it } from 'vitest';
import { createEventHub } from './event-hub.ts';

const forever = 60_000;
const { signal } = new AbortController();

describe('event hub', () => {
  it('wakes those who watch the experiment, and nobody else', async () => {
    let wake: (payload: string) => void = () => undefined;
    const hub = createEventHub(async (callback) => {
      wake = callback;
    });
    const woken: string[] = [];
    const stop = new AbortController();
    const mine = hub
      .watch('exp_a')
      .next(forever, signal)
      .then(() => woken.push('a'));
    const other = hub
      .watch('exp_b')
      .next(forever, stop.signal)
      .then(() => woken.push('b'));
    wake('exp_a');
    await mine;
    expect(woken).toEqual(['a']);
    stop.abort();
    await other;
    expect(woken).toEqual(['a', 'b']);
  });

  it('remembers what came while nobody waited, once', async () => {
    let wake: (payload: string) => void = () => undefined;
    const hub = createEventHub(async (callback) => {
      wake = callback;
    });
    const watch = hub.watch('exp_a');
    wake('exp_a');
    await watch.next(forever, signal);
    let woken = false;
    const stop = new AbortController();
    const waiting = watch.next(forever, stop.signal).then(() => {
      woken = true;
    });
    await Promise.resolve();
    expect(woken).toBe(false);
    stop.abort();
    await waiting;
    watch.close();
  });

  it('goes on by its timeout when nothing can be listened to, and tries to listen again', async () => {
    let tries = 0;
    const hub = createEventHub(async () => {
      tries += 1;
      throw new Error('no connection');
    });
    const watch = hub.watch('exp_a');
    await watch.next(5, signal);
    await watch.next(5, signal);
    expect(tries).toBeGreaterThanOrEqual(2);
  });
});
