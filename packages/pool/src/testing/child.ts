import { existsSync } from 'node:fs';
import { AppError } from '@laurel/contracts';
import { type Handlers, serveRequests } from '../child/serve.ts';

/** Requests that misbehave in every way that a fit can; the tests of the pool run them in real processes. */
export type TestProtocol = {
  echo: {
    request: { value: unknown };
    result: { value: unknown; pid: number; env: NodeJS.ProcessEnv; processLimitBytes: number };
    event: never;
  };
  sleep: { request: { ms: number }; result: string; event: number };
  /** until that file is there */
  waitFor: { request: { path: string }; result: null; event: never };
  loop: { request: object; result: never; event: never };
  allocate: { request: { mb: number }; result: number; event: never };
  fail: { request: { code: 'EMPTY_FILE' | null }; result: never; event: never };
  exit: { request: { code: number }; result: never; event: never };
};

const held: Uint8Array[] = [];

const handlers: Handlers<TestProtocol> = {
  echo: async ({ value }, { processLimitBytes }) => ({
    value,
    pid: process.pid,
    env: { ...process.env },
    processLimitBytes,
  }),
  sleep: ({ ms }, { emit, signal }) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve('slept'), ms);
      const ticks = setInterval(() => emit(ms), 20);
      timer.ref();
      signal.addEventListener('abort', () => resolve('stopped early'));
      setTimeout(() => clearInterval(ticks), ms);
    }),
  waitFor: async ({ path }) => {
    while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10));
    return null;
  },
  loop: async () => {
    for (;;) Math.sqrt(2);
  },
  allocate: async ({ mb }) => {
    for (let i = 0; i < mb; i += 16) {
      held.push(new Uint8Array(16 << 20).fill(1));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return held.length;
  },
  fail: async ({ code }) => {
    if (code) throw new AppError(code, 'The file is empty. Upload another.', { details: { line: 0 } });
    throw new TypeError('x is not a function');
  },
  exit: async ({ code }) => process.exit(code),
};

serveRequests(handlers);
