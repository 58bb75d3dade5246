import type { FromChild, Protocol, RequestOf, ToChild } from '../protocol.ts';
import { dieWithParent } from './watchdog.ts';

export interface ChildContext<E> {
  emit(event: E): void;
  /** fired at the soft deadline: end early with the best so far */
  signal: AbortSignal;
  /** resident memory at which the pool kills this process */
  processLimitBytes: number;
}

/** One function per kind of request: a missing one does not compile. */
export type Handlers<P extends Protocol> = {
  [K in keyof P & string]: (request: RequestOf<P, K>, context: ChildContext<P[K]['event']>) => Promise<P[K]['result']>;
};

/** Makes this process a child of a pool: answers one request at a time until the parent goes or kills it. */
export function serveRequests<P extends Protocol>(handlers: Handlers<P>): void {
  if (!process.send) throw new Error('This program is started by Laurel itself and not by hand.');
  let running: { id: number; controller: AbortController } | null = null;
  let watched = false;

  process.on('message', (message: ToChild) => {
    if (message.type === 'stop') {
      if (running?.id === message.id) running.controller.abort();
      return;
    }
    if (!watched) dieWithParent();
    watched = true;
    const controller = new AbortController();
    running = { id: message.id, controller };
    void answer(handlers, message, controller.signal).then(send);
  });
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C in a terminal reaches every process of the group; whether to stop is the parent's decision
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  send({ type: 'ready' });
}

async function answer<P extends Protocol>(
  handlers: Handlers<P>,
  { id, request, limitMb }: Extract<ToChild, { type: 'run' }>,
  signal: AbortSignal,
): Promise<FromChild> {
  try {
    if (!Object.hasOwn(handlers, request.kind)) throw new Error(`no handler for requests of kind ${request.kind}`);
    const handle = handlers[request.kind] as (request: object, context: ChildContext<unknown>) => Promise<unknown>;
    const result = await handle(request, {
      emit: (event) => send({ type: 'event', id, event }),
      signal,
      processLimitBytes: limitMb * 1_048_576,
    });
    return { type: 'done', id, result, rssMb: rssMb() };
  } catch (error) {
    // loaded only now: the schemas beside it take a third of the time that a child needs to start
    const { serialiseError } = await import('@laurel/contracts');
    const outOfMemory =
      error instanceof RangeError && /allocation failed|WebAssembly\.Memory|out of memory/i.test(error.message);
    return { type: 'error', id, error: serialiseError(error), outOfMemory, rssMb: rssMb() };
  }
}

function send(message: FromChild): void {
  // false or an error here means that the parent is gone; `disconnect` ends the process
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function rssMb(): number {
  return process.memoryUsage.rss() / 1_048_576;
}
