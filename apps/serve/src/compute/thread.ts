import { parentPort } from 'node:worker_threads';
import { serialiseError } from '@laurel/contracts';
import { ThreadModels } from './models.ts';
import type { FromThread, ToThread } from './protocol.ts';
import { runTask, shasOf } from './tasks.ts';

/** Entry of a compute thread: one task at a time, models kept between tasks. */
const port = parentPort;
if (port === null) throw new Error('compute-thread is started by the prediction server, not by hand');
const models = new ThreadModels(256 * 1024 * 1024);

port.on('message', (message: ToThread) => {
  void answer(message).then((reply) => port.postMessage(reply));
});

async function answer({ id, task, input, artifacts }: ToThread): Promise<FromThread> {
  try {
    for (const { sha256, bytes } of artifacts) if (!models.has(sha256)) await models.add(sha256, bytes);
    const needs = shasOf(input).filter((sha256) => !models.has(sha256));
    if (needs.length > 0) return { id, needs };
    const output = await runTask(task, input, models);
    models.trim();
    return { id, ok: true, output };
  } catch (error) {
    return { id, ok: false, error: serialiseError(error) };
  }
}
