import { z } from '@hono/zod-openapi';
import { leaderboard } from '@laurel/contracts';
import { defineRoute } from '../http/define-route.ts';
import { attachment } from '../http/headers.ts';
import { leaderboardCsv, leaderboardOf, tiesOf } from '../leaderboard.ts';

export const leaderboardRoutes = [
  defineRoute({
    method: 'get',
    path: '/experiments/{id}/leaderboard',
    auth: 'actor',
    action: 'model.read',
    tag: 'Experiments',
    summary: 'Models best first; ties with the best are known once the run has ended',
    params: { id: 'experiment' },
    query: z.strictObject({ format: z.enum(['json', 'csv']).optional() }),
    response: leaderboard,
    produces: ['text/csv'],
    handler: async ({ platform, actor, params: { id }, query, requestId }) => {
      const experiment = await platform.db.experiments.get(actor, id);
      const models = await platform.db.experiments.models(actor, id);
      const ties = await tiesOf(platform, actor, experiment, models, requestId);
      const board = leaderboardOf(experiment, models, ties);
      if (query.format !== 'csv') return { body: board };
      return new Response(leaderboardCsv(board), {
        headers: {
          'content-type': 'text/csv; charset=utf-8; header=present',
          'content-disposition': attachment(`leaderboard-${id}.csv`),
        },
      });
    },
  }),
];
