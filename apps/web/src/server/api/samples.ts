import { z } from '@hono/zod-openapi';
import { datasetView, experimentView } from '@laurel/contracts';
import { defineRoute } from '../http/define-route.ts';
import { samples } from '../samples/catalog.ts';
import { trainSample } from '../samples/train-sample.ts';

const tag = 'Samples';
const sampleView = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  target: z.string(),
  task: z.string(),
  rows: z.number(),
  columns: z.number(),
  budgetSeconds: z.number(),
  source: z.string(),
  sparkline: z.array(z.number()),
});

export const sampleRoutes = [
  defineRoute({
    method: 'get',
    path: '/samples',
    auth: 'actor',
    action: 'project.create',
    tag,
    summary: 'Tables that come with Laurel, each one click from a running experiment',
    response: z.object({ items: z.array(sampleView) }),
    handler: async () => ({
      body: {
        items: samples.map(({ file: _file, derive: _derive, ...view }) => ({
          ...view,
          sparkline: [...view.sparkline],
        })),
      },
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/samples/{sample}/train',
    auth: 'actor',
    action: 'experiment.create',
    tag,
    summary: 'Import the sample and start an experiment on it, in one step',
    params: { sample: 'text' },
    body: z.strictObject({
      projectId: z.string().optional(),
      budgetSeconds: z.number().int().min(5).max(3600).optional(),
    }),
    bodyOptional: true,
    refs: { 'body.projectId': 'project' },
    idempotent: true,
    status: 202,
    response: z.object({ projectId: z.string(), dataset: datasetView, experiment: experimentView }),
    handler: async ({ platform, actor, params, body }) => ({
      body: await trainSample(platform, actor, params.sample, body),
    }),
  }),
];
