import { systemActor } from '@laurel/access';
import { type ExperimentRequest, type ExperimentStatus, endedStatuses, experimentPlan } from '@laurel/contracts';
import type { Context } from '../core/context.ts';
import { addEvents } from '../core/events.ts';
import { json } from '../core/sql.ts';
import type { InternalRepository } from '../types.ts';
import { lockExperiment, stepStudy } from './study.ts';

type ExperimentFunctions = Pick<
  InternalRepository,
  'experimentForPreparing' | 'experimentPrepared' | 'experimentFailed' | 'stepStudy' | 'modelsSelected'
>;

export function createExperimentFunctions({ database }: Context): ExperimentFunctions {
  return {
    async experimentForPreparing(experimentId, worker) {
      const [row] = await database.query<{
        id: string;
        project_id: string;
        dataset_id: string;
        request: ExperimentRequest;
        seed: number;
        status: ExperimentStatus;
      }>(
        `UPDATE experiment SET begun_at = clock_timestamp(), begun_by = coalesce($2, begun_by) WHERE id = $1 AND status = 'queued'
         RETURNING id, project_id, dataset_id, request, seed, status`,
        [experimentId, worker ?? null],
      );
      if (!row) return null;
      return {
        id: row.id,
        projectId: row.project_id,
        datasetId: row.dataset_id,
        request: row.request,
        seed: row.seed,
        status: row.status,
      };
    },
    async experimentPrepared(experimentId, input, study) {
      await database.tx(async (tx) => {
        const experiment = await lockExperiment(tx, experimentId);
        // Prepared twice, or cancelled meanwhile: the first plan stays.
        if (experiment?.status !== 'queued' || experiment.study !== null) return;
        const plan = experimentPlan.parse(input.plan);
        const state = study.create(plan);
        await tx.query(
          `UPDATE experiment SET plan = $2, metric = $3, inputs = $4, split_sha256 = $5, code_version = $6, study = $7,
             warnings = $8, engine = $9 WHERE id = $1`,
          [
            experimentId,
            json(plan),
            json(input.metric),
            json(input.inputs),
            input.splitSha256,
            input.codeVersion,
            json(state),
            json(plan.warnings),
            input.engine ? json(input.engine) : null,
          ],
        );
        await addEvents(tx, experiment, [{ type: 'plan', sentences: plan.sentences }]);
        tx.audit({
          actor: systemActor,
          action: 'experiment.planned',
          entity: { kind: 'experiment', id: experimentId },
          projectId: experiment.projectId,
          after: { splitSha256: input.splitSha256, codeVersion: input.codeVersion, plan: plan.sentences },
        });
        const planned = { ...experiment, plan, metric: input.metric, study: state };
        await stepStudy(tx, planned, { type: 'begin', parallelism: input.parallelism }, study);
      });
    },
    async experimentFailed(experimentId, error) {
      await database.tx(async (tx) => {
        const experiment = await lockExperiment(tx, experimentId);
        if (!experiment || endedStatuses.includes(experiment.status)) return;
        await tx.query(
          `UPDATE experiment SET status = 'failed', error = $2, finished_at = clock_timestamp(), commands = '[]'
           WHERE id = $1`,
          [experimentId, json(error)],
        );
        await addEvents(tx, experiment, [{ type: 'status', status: 'failed', message: error.message }]);
        tx.audit({
          actor: systemActor,
          action: 'experiment.failed',
          entity: { kind: 'experiment', id: experimentId },
          projectId: experiment.projectId,
          after: { code: error.code, message: error.message },
        });
      });
    },
    async stepStudy(experimentId, event, study) {
      await database.tx(async (tx) => {
        const experiment = await lockExperiment(tx, experimentId);
        if (experiment) await stepStudy(tx, experiment, { type: event }, study);
      });
    },
    async modelsSelected(experimentId, selected, study) {
      await database.tx(async (tx) => {
        const experiment = await lockExperiment(tx, experimentId);
        if (experiment) await stepStudy(tx, experiment, { type: 'selected', ...selected }, study);
      });
    },
  };
}
