import { isNumeric } from '@laurel/tabular';
import { openTable } from '@laurel/tabular/readers';
import { z } from 'zod';
import type { OnDemand } from '../compute/on-demand.ts';
import type { ComputeThreads } from '../compute/threads.ts';
import { answerCsv, answerOnDemand } from '../http/answers.ts';
import type { App } from '../http/context.ts';
import { parseQuery } from '../http/validate.ts';
import type { Platform } from '../ports.ts';

const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  offset: z.coerce.number().int().min(0).max(1_000_000_000).default(0),
});
const format = z.strictObject({ format: z.enum(['json', 'csv']).default('json') });
/** On a board of more models the rest is shown as not tested. */
const mostCompared = 50;

/** Pages of rows, and what is known of an experiment's rows. */
export function internalDataRoutes(
  app: App,
  { platform, threads }: { platform: Platform; threads: ComputeThreads },
  answers: OnDemand,
): void {
  app.get('/internal/datasets/:id/rows', async (c) => {
    const { limit, offset } = parseQuery(page, c.req.query());
    const table = await openTable(await platform.data.tablePath(c.req.param('id')));
    try {
      const slice = await table.slice(offset, limit);
      const columns = slice.columns.map((column) => column.name);
      const rows = Array.from({ length: slice.rows }, (_, row) => slice.columns.map((column) => cellOf(column, row)));
      return c.json({ offset, total: table.header.rows, columns, rows });
    } finally {
      await table.close();
    }
  });

  app.get('/internal/experiments/:id/splits', async (c) => {
    const id = c.req.param('id');
    const asked = parseQuery(format, c.req.query());
    const preparedPath = await platform.data.preparedPath(id);
    if (asked.format === 'json') return c.json(await threads.run('splits', { preparedPath }));
    return answerCsv(c, await threads.run('splits-csv', { preparedPath }), `splits-${id}.csv`);
  });

  app.get('/internal/experiments/:id/ties', async (c) => {
    const id = c.req.param('id');
    const models = (await platform.models.ofExperiment(id)).slice(0, mostCompared);
    const ids = models.map((model) => model.modelId);
    return answerOnDemand(c, answers, ['ties', id, ids], async () => {
      const preparedPath = await platform.data.preparedPath(id);
      const stored = await Promise.all(
        models.map(async ({ modelId, score }) => {
          const { trialId } = await platform.models.model(modelId);
          return { modelId, score, predictionsPath: await platform.data.predictionsPath(id, trialId) };
        }),
      );
      return threads.run('ties', { preparedPath, models: stored });
    });
  });
}

type SliceColumn = Awaited<ReturnType<Awaited<ReturnType<typeof openTable>>['slice']>>['columns'][number];

/** Missing is null; dates are written as in ISO 8601. */
function cellOf(column: SliceColumn, row: number): string | number | null {
  if (!isNumeric(column)) {
    const code = column.codes[row]!;
    return code < 0 ? null : (column.levels[code] ?? null);
  }
  const value = column.values[row]!;
  if (!Number.isFinite(value)) return null;
  if (column.type === 'datetime' && Math.abs(value) <= 8.64e15) return new Date(value).toISOString();
  return value;
}
