import type { OnDemand } from '../compute/on-demand.ts';
import type { Ctx } from './context.ts';

const retryAfterSeconds = 3;

/** The answer as JSON, or 202 with `Retry-After` when it takes longer than a request should wait. */
export async function answerOnDemand(
  c: Ctx,
  answers: OnDemand,
  key: readonly unknown[],
  compute: () => Promise<unknown>,
): Promise<Response> {
  const text = await answers.get(JSON.stringify(key), compute);
  if (text === null) {
    c.header('retry-after', String(retryAfterSeconds));
    const message = `This takes a while. Ask again in ${retryAfterSeconds} s; the work goes on meanwhile.`;
    return c.json({ status: 'computing', message }, 202);
  }
  return c.body(text, 200, { 'content-type': 'application/json' });
}

export function answerCsv(c: Ctx, text: string, fileName: string): Response {
  return c.body(text, 200, {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="${fileName}"`,
  });
}
