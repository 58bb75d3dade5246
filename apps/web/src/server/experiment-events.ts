import type { Actor } from '@laurel/access';
import { AppError, endedStatuses } from '@laurel/contracts';
import type { EventWatch } from './event-hub.ts';
import { actorOf, credentialsOf } from './http/authenticate.ts';
import { log } from './log.ts';
import type { Platform } from './platform.ts';

const pageSize = 500;
/** The database's log is looked at this often even when no notification came; the actor is checked again then. */
const pollMs = 4_000;
const heartbeatMs = 15_000;

interface StreamOptions {
  actor: Actor;
  experimentId: string;
  request: Request;
  /** cursor for clients that cannot send Last-Event-ID at first */
  after: number | undefined;
}

/**
 * Server-sent events of a run, from the database's event log by cursor, so a reload or a second tab sees the same.
 * Each message is `id` and `data` (a RunEvent in JSON); after the last one comes `event: end`. A client that asks
 * again after the end gets 204, at which an EventSource stops. Authorised at the start and again every few seconds.
 */
export async function eventStream(platform: Platform, options: StreamOptions): Promise<Response> {
  const { actor, experimentId, request } = options;
  const after = cursorOf(request, options.after);
  const experiment = await platform.db.experiments.get(actor, experimentId);
  if (endedStatuses.includes(experiment.status) && after > 0) {
    const rest = await platform.db.experiments.events(actor, experimentId, after, 1);
    if (rest.length === 0) return new Response(null, { status: 204 });
  }
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  };
  if (request.method === 'HEAD') return new Response(null, { headers });
  return new Response(streamOf(platform, options, after), { headers });
}

function cursorOf(request: Request, after: number | undefined): number {
  const header = request.headers.get('last-event-id');
  if (header === null || header === '') return after ?? 0;
  if (!/^\d{1,9}$/.test(header)) {
    throw new AppError('PARAMETER_INVALID', 'The header last-event-id must be the number of an event.');
  }
  return Number(header);
}

function streamOf(platform: Platform, options: StreamOptions, after: number): ReadableStream<Uint8Array> {
  const stop = new AbortController();
  const quit = () => stop.abort();
  if (options.request.signal.aborted) quit();
  else options.request.signal.addEventListener('abort', quit, { once: true });
  const encoder = new TextEncoder();
  const messages = follow(platform, options, after, stop.signal);
  return new ReadableStream<Uint8Array>({
    // one message per pull: a slow reader holds the log back instead of filling memory
    async pull(controller) {
      const next = await messages.next();
      if (next.done) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    async cancel() {
      quit();
      await messages.return(undefined);
    },
  });
}

/** The text of the stream, until the run has ended, the reader went away or lost its access. */
async function* follow(
  platform: Platform,
  options: StreamOptions,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<string, void, void> {
  const { experimentId } = options;
  // watched before the log is read, so that nothing falls between the two
  const watch = platform.events.watch(experimentId);
  try {
    yield 'retry: 2000\n\n';
    yield* messagesOf(platform, options, after, watch, signal);
  } catch (failure) {
    // access was taken away, the experiment deleted, or the database is down: the client comes back and is told
    log('info', 'an event stream ended early', { experimentId, requestId: options.actor.requestId, failure });
  } finally {
    watch.close();
  }
}

async function* messagesOf(
  platform: Platform,
  { actor: asked, experimentId, request }: StreamOptions,
  after: number,
  watch: EventWatch,
  signal: AbortSignal,
): AsyncGenerator<string, void, void> {
  const { experiments } = platform.db;
  let actor = asked;
  let cursor = after;
  let ended = false;
  let writtenMs = performance.now();
  let checkedMs = writtenMs;
  while (!signal.aborted) {
    const events = await experiments.events(actor, experimentId, cursor, pageSize);
    if (events.length > 0) {
      cursor = events.at(-1)!.id;
      ended ||= events.some((event) => event.type === 'status' && endedStatuses.includes(event.status));
      yield events.map((event) => `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`).join('');
      writtenMs = performance.now();
    } else if (ended) {
      yield 'event: end\ndata: {}\n\n';
      return;
    } else await watch.next(pollMs, signal);
    if (performance.now() - checkedMs >= pollMs) {
      const fresh = await stillAllowed(platform, request, actor.requestId);
      if (!fresh) return;
      actor = fresh;
      checkedMs = performance.now();
      // an end whose event is missing must not leave the stream open for ever
      ended ||= endedStatuses.includes((await experiments.get(actor, experimentId)).status);
    }
    if (performance.now() - writtenMs >= heartbeatMs) {
      yield ': still here\n\n';
      writtenMs = performance.now();
    }
  }
}

async function stillAllowed(platform: Platform, request: Request, requestId: string | null): Promise<Actor | null> {
  const credentials = credentialsOf(request.headers, platform.env.publicOrigin);
  return credentials && (await actorOf(platform, credentials, requestId));
}
