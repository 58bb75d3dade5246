import { AppError } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { OnDemand } from './on-demand.ts';

/** A computation that ends when it is told to. */
function controlled() {
  let finish: (value: unknown) => void = () => {};
  let runs = 0;
  const compute = () => {
    runs++;
    return new Promise<unknown>((resolve) => {
      finish = resolve;
    });
  };
  return { compute, finish: (value: unknown) => finish(value), runs: () => runs };
}

describe('answers on demand', () => {
  it('computes once for all who ask at the same time, and keeps the answer', async () => {
    const answers = new OnDemand({ maxBytes: 1000 });
    const work = controlled();
    const both = Promise.all([answers.get('a', work.compute), answers.get('a', work.compute)]);
    work.finish({ x: 1 });
    expect(await both).toEqual(['{"x":1}', '{"x":1}']);
    expect(await answers.get('a', work.compute)).toBe('{"x":1}');
    expect(work.runs()).toBe(1);
  });

  it('gives up waiting but not computing: the answer is there later', async () => {
    const answers = new OnDemand({ maxBytes: 1000, waitMs: 5 });
    const work = controlled();
    expect(await answers.get('a', work.compute)).toBeNull();
    expect(await answers.get('a', work.compute)).toBeNull();
    work.finish([2]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(await answers.get('a', work.compute)).toBe('[2]');
    expect(work.runs()).toBe(1);
  });

  it('does not keep failures', async () => {
    const answers = new OnDemand({ maxBytes: 1000 });
    const fails = () => Promise.reject(new AppError('NOT_FOUND', 'gone'));
    await expect(answers.get('a', fails)).rejects.toThrow('gone');
    expect(await answers.get('a', async () => 3)).toBe('3');
  });

  it('drops the answers that were not used for longest when there are too many', async () => {
    const answers = new OnDemand({ maxBytes: 10 });
    let computed = 0;
    const value = async () => {
      computed++;
      return 1234;
    };
    await answers.get('a', value);
    await answers.get('b', value);
    await answers.get('a', value);
    await answers.get('c', value);
    expect(computed).toBe(3);
    await answers.get('a', value);
    expect(computed).toBe(3);
    await answers.get('b', value);
    expect(computed).toBe(4);
  });
});
