import { describe, expect, it } from 'vitest';
import { createEventHub } from './event-hub.ts';

describe('event hub', () => {
  it('wakes those who wait for the experiment, and nobody else', async () => {
    let wake: (payload: string) => void = () => undefined;
    const hub = createEventHub(async (callback) => {
      wake = callback;
    });
    const signal = new AbortController().signal;
    const woken: string[] = [];
    const mine = hub.next('exp_a', 60_000, signal).then(() => woken.push('a'));
    const stop = new AbortController();
    const other = hub.next('exp_b', 60_000, stop.signal).then(() => woken.push('b'));
    wake('exp_a');
    await mine;
    expect(woken).toEqual(['a']);
    stop.abort();
    await other;
    expect(woken).toEqual(['a', 'b']);
  });

  it('goes on by its timeout when nothing can be listened to, and listens again the next time', async () => {
    let tries = 0;
    const hub = createEventHub(async () => {
      tries += 1;
      throw new Error('no connection');
    });
    const signal = new AbortController().signal;
    await hub.next('exp_a', 5, signal);
    await hub.next('exp_a', 5, signal);
    expect(tries).toBe(2);
  });
});
