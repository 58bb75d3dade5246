import { loadModel } from '@laurel/automl';
import { AppError } from '@laurel/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flowers, type Trained, train } from '../testing/trained.ts';
import { ComputeThreads } from './threads.ts';

let run: Trained;
let fetched = 0;
const artifact = async (sha256: string) => {
  fetched++;
  const model = run.models.find((one) => one.sha256 === sha256);
  if (model === undefined) throw new AppError('ARTIFACT_CORRUPT', 'The stored model is damaged.');
  return model.artifact;
};
const open: ComputeThreads[] = [];
function threadsWith(options: { size?: number; hardMs?: number; idleMs?: number } = {}): ComputeThreads {
  const threads = new ComputeThreads({ size: 1, artifact, ...options });
  open.push(threads);
  return threads;
}

beforeAll(async () => {
  run = await train(flowers(), 'species', [{ family: 'gbm' }]);
});
afterAll(async () => {
  for (const threads of open) await threads.close();
});

const task = () => ({ artifact: { sha256: run.models[0]!.sha256 }, table: run.prepared.features });

describe('compute threads', () => {
  it('fetch a model once and predict as this thread does', async () => {
    const threads = threadsWith();
    fetched = 0;
    const [first] = await Promise.all([
      threads.run('predict', task()),
      threads.run('predict', task(), { urgent: true }),
    ]);
    expect(fetched).toBe(1);
    const here = (await loadModel(run.models[0]!.artifact)).predict(run.prepared.features);
    expect([...first.outputs]).toEqual([...here]);
    expect(run.prepared.features.columns[0]).toHaveProperty('values.length', 300);
  });

  it('keep one thread free for what is urgent', async () => {
    const threads = threadsWith({ size: 2 });
    // both threads are warm, so that the order tells of the queue and not of their start
    await Promise.all([threads.run('predict', task()), threads.run('predict', task(), { urgent: true })]);
    const order: string[] = [];
    const note = (name: string) => () => order.push(name);
    const patient = Array.from({ length: 40 }, () => threads.run('predict', task()).then(note('patient')));
    const urgent = threads.run('predict', task(), { urgent: true }).then(note('urgent'));
    await Promise.all([...patient, urgent]);
    expect(order.indexOf('urgent')).toBeLessThan(39);
  });

  it('pass on the error of a task, hide the text of what is not ours, and go on', async () => {
    const threads = threadsWith();
    const unknown = { ...task(), artifact: { sha256: 'f'.repeat(64) } };
    await expect(threads.run('predict', unknown)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    await expect(threads.run('splits', { preparedPath: '/nowhere' })).rejects.not.toBeInstanceOf(AppError);
    expect((await threads.run('predict', task())).outputs).toHaveLength(900);
  });

  it('stop what takes too long, with a message that says what to do', async () => {
    const threads = threadsWith({ hardMs: 1 });
    const failure = await threads.run('predict', task()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect((failure as AppError).message).toContain('Ask for less');
  });

  it('end when nothing is asked, and start again', async () => {
    const threads = threadsWith({ idleMs: 10 });
    await threads.run('predict', task());
    await new Promise((resolve) => setTimeout(resolve, 80));
    fetched = 0;
    await threads.run('predict', task());
    expect(fetched).toBe(1);
  });

  it('refuse work once they are closed, also what waited', async () => {
    const threads = threadsWith();
    const waiting = [threads.run('predict', task()), threads.run('predict', task())].map((one) =>
      one.catch((error: AppError) => error.code),
    );
    await threads.close();
    expect(await Promise.all(waiting)).toEqual(['NOT_READY', 'NOT_READY']);
    await expect(threads.run('predict', task())).rejects.toMatchObject({ code: 'NOT_READY' });
  });
});
