import { z } from '@hono/zod-openapi';
import {
  AppError,
  experimentExtension,
  experimentManifest,
  experimentPlan,
  experimentRequest,
  experimentStatus,
  experimentView,
  trialView,
} from '@laurel/contracts';
import { blobKeys } from '@laurel/storage';
import { eventStream } from '../experiment-events.ts';
import { defineRoute } from '../http/define-route.ts';
import { listQuery, pageOf, pageRequest } from '../http/list.ts';
import { removeBlobs } from '../removal.ts';
import { jsonOf, passOn } from '../serve-client.ts';
import { withWarmStarts } from '../warm-starts.ts';

const tag = 'Experiments';
const params = { id: 'experiment' } as const;
/** A seed of its own for a run that did not ask for one; it is stored, so that the run can be repeated. */
const newSeed = () => globalThis.crypto.getRandomValues(new Uint32Array(1))[0]! % 2_147_483_648;

const command = (name: 'finish' | 'cancel' | 'pause' | 'resume', summary: string) =>
  defineRoute({
    method: 'post',
    path: `/experiments/{id}/${name}`,
    auth: 'actor',
    action: 'experiment.control',
    tag,
    summary,
    params,
    body: z.strictObject({}),
    bodyOptional: true,
    idempotent: true,
    response: experimentView,
    handler: async ({ platform, actor, params: { id } }) => ({
      body: await platform.db.experiments.command(actor, id, { type: name }),
    }),
  });

export const experimentRoutes = [
  defineRoute({
    method: 'post',
    path: '/experiments/plan',
    auth: 'actor',
    action: 'experiment.create',
    tag,
    summary: 'A dry run: the full plan, and the same in plain words',
    body: experimentRequest,
    refs: { 'body.datasetId': 'dataset', 'body.warmStartFrom': 'experiment' },
    response: experimentPlan,
    handler: async ({ platform, actor, body, requestId, request }) => {
      await platform.db.access.check(actor, 'experiment.create', { kind: 'dataset', id: body.datasetId });
      const planned = await withWarmStarts(platform, actor, body);
      return passOn(
        await platform.serve.ask({
          method: 'POST',
          path: '/internal/plan',
          json: { datasetId: body.datasetId, request: planned },
          actor,
          requestId,
          signal: request.signal,
        }),
      );
    },
  }),
  defineRoute({
    method: 'post',
    path: '/experiments',
    auth: 'actor',
    action: 'experiment.create',
    tag,
    summary: 'Start an experiment',
    body: experimentRequest,
    refs: { 'body.datasetId': 'dataset', 'body.warmStartFrom': 'experiment' },
    idempotent: true,
    status: 202,
    response: experimentView,
    handler: async ({ platform, actor, body, requestId }) => {
      await platform.db.access.check(actor, 'experiment.create', { kind: 'dataset', id: body.datasetId });
      const dataset = await platform.db.datasets.get(actor, body.datasetId);
      if (dataset.status === 'failed') {
        throw new AppError(
          'STATE_INVALID',
          'The dataset could not be read, so nothing can be trained on it. Upload it again.',
          {
            details: { datasetError: dataset.error },
          },
        );
      }
      const planned = await withWarmStarts(platform, actor, body);
      await jsonOf(
        await platform.serve.ask({
          method: 'POST',
          path: '/internal/validate',
          json: { datasetId: body.datasetId, request: planned },
          actor,
          requestId,
        }),
      );
      return { body: await platform.db.experiments.create(actor, { request: planned, seed: body.seed ?? newSeed() }) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/experiments',
    auth: 'actor',
    action: 'experiment.read',
    tag,
    summary: 'Experiments, newest first',
    query: listQuery(['createdAt', 'name'], {
      projectId: z.string().optional(),
      datasetId: z.string().optional(),
      status: experimentStatus.optional(),
    }),
    refs: { 'query.projectId': 'project', 'query.datasetId': 'dataset' },
    response: pageOf(experimentView),
    handler: async ({ platform, actor, query }) => {
      const { projectId, datasetId, status } = query;
      if (datasetId !== undefined) {
        await platform.db.access.check(actor, 'experiment.read', { kind: 'dataset', id: datasetId });
      }
      return { body: await platform.db.experiments.list(actor, { projectId, datasetId, status }, pageRequest(query)) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/experiments/{id}',
    auth: 'actor',
    action: 'experiment.read',
    tag,
    summary: 'One experiment: status, progress, plan, winner',
    params,
    response: experimentView,
    handler: async ({ platform, actor, params: { id } }) => ({ body: await platform.db.experiments.get(actor, id) }),
  }),
  defineRoute({
    method: 'delete',
    path: '/experiments/{id}',
    auth: 'actor',
    action: 'experiment.delete',
    tag,
    summary: 'Delete an experiment with its models',
    params,
    status: 204,
    handler: async ({ platform, actor, params: { id }, requestId }) => {
      await platform.db.experiments.delete(actor, id);
      await removeBlobs(platform, [blobKeys.experiment(id)], requestId);
      return { body: null };
    },
  }),
  command('finish', 'End now and keep the best so far'),
  command('cancel', 'Stop; finished trials stay to be seen'),
  command('pause', 'Stop training for now; the pause does not count against the budget'),
  command('resume', 'Go on after a pause'),
  defineRoute({
    method: 'post',
    path: '/experiments/{id}/extend',
    auth: 'actor',
    action: 'experiment.control',
    tag,
    summary: 'Add to the budget of a run that goes on: seconds, trials or both',
    params,
    body: experimentExtension,
    idempotent: true,
    response: experimentView,
    handler: async ({ platform, actor, params: { id }, body }) => ({
      body: await platform.db.experiments.command(actor, id, { type: 'extend', ...body }),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/experiments/{id}/reveal-holdout',
    auth: 'actor',
    action: 'holdout.reveal',
    tag,
    summary: 'Open the sealed holdout; each opening is on record and counted',
    params,
    body: z.strictObject({}),
    bodyOptional: true,
    response: experimentView,
    handler: async ({ platform, actor, params: { id } }) => ({
      body: await platform.db.experiments.revealHoldout(actor, id),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/experiments/{id}/trials',
    auth: 'actor',
    action: 'experiment.read',
    tag,
    summary: 'All trials, by number',
    params,
    response: z.object({ items: z.array(trialView) }),
    handler: async ({ platform, actor, params: { id } }) => ({
      body: { items: await platform.db.experiments.trials(actor, id) },
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/experiments/{id}/manifest',
    auth: 'actor',
    action: 'experiment.read',
    tag,
    summary:
      'Everything that made its models: data, split, program, plan and trials. `laurel replay` trains them again',
    params,
    response: experimentManifest,
    handler: async ({ platform, actor, params: { id } }) => ({
      body: await platform.db.experiments.manifest(actor, id),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/experiments/{id}/splits',
    auth: 'actor',
    action: 'experiment.read',
    tag,
    summary: 'Row ids with their fold, for comparing with a notebook of your own',
    params,
    query: z.strictObject({ format: z.enum(['json', 'csv']).optional() }),
    produces: ['text/csv', 'application/json'],
    handler: async ({ platform, actor, params: { id }, query, requestId, request }) => {
      await platform.db.experiments.get(actor, id);
      const path = `/internal/experiments/${id}/splits`;
      return passOn(await platform.serve.ask({ method: 'GET', path, query, actor, requestId, signal: request.signal }));
    },
  }),
  defineRoute({
    method: 'get',
    path: '/experiments/{id}/events',
    auth: 'actor',
    action: 'experiment.read',
    tag,
    summary: 'Server-sent events of the run; resumable with Last-Event-ID',
    params,
    query: z.strictObject({ after: z.coerce.number().int().min(0).max(1_000_000_000).optional() }),
    produces: ['text/event-stream'],
    handler: async ({ platform, actor, params: { id }, query, request }) =>
      eventStream(platform, { actor, experimentId: id, request, after: query.after }),
  }),
];
