import { predictRequest, predictResponse } from '@laurel/contracts';
import { z } from 'zod';
import { readBody, requireMediaType } from '../http/body.ts';
import { defineRoute } from '../http/define-route.ts';
import { passOn } from '../serve-client.ts';

const bodyTypes = ['application/json', 'text/csv'] as const;
const owners = [
  { kind: 'model', path: '/models/{id}/predict', folder: 'models', tag: 'Models' },
  { kind: 'project', path: '/projects/{id}/predict', folder: 'projects', tag: 'Champion' },
] as const;

/** Rows are validated where the model's inputs are known; here they are only counted in bytes and passed on. */
export const predictRoutes = owners.map(({ kind, path, folder, tag }) =>
  defineRoute({
    method: 'post',
    path,
    auth: 'actor',
    action: 'predict',
    tag,
    summary: kind === 'model' ? 'Predict rows with this model' : 'Predict rows with the champion of the project',
    params: { id: kind },
    /** share of cases that intervals of values hold */
    query: z.strictObject({ level: z.coerce.number().min(0.5).max(0.99).optional() }),
    raw: bodyTypes,
    rawSchema: predictRequest,
    response: predictResponse,
    handler: async ({ platform, actor, params: { id }, query, request, requestId }) => {
      await platform.db.access.check(actor, 'predict', { kind, id });
      const contentType = requireMediaType(request, bodyTypes);
      const body = await readBody(request);
      return passOn(
        await platform.serve.ask({
          method: 'POST',
          path: `/internal/${folder}/${id}/predict`,
          query,
          raw: { body, contentType },
          actor,
          requestId,
          signal: request.signal,
        }),
      );
    },
  }),
);
