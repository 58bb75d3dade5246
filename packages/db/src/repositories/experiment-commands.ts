import type { Actor } from '@laurel/access';
import { AppError, budgetLimits, type ExperimentStatus, endedStatuses } from '@laurel/contracts';
import { authorise, notFound } from '../core/authorise.ts';
import { addEvents } from '../core/events.ts';
import { json, type Tx } from '../core/sql.ts';
import { endExperiment } from '../internal/experiment-end.ts';
import type { LockedExperiment } from '../internal/locked-experiment.ts';
import { lockExperiment, nowMs } from '../internal/study.ts';
import { studyFacts, type WaitingCommand } from '../internal/study-state.ts';
import type { ExperimentCommand } from '../types.ts';

/**
 * What people ask of an experiment that has not ended. All but `cancel` are told to the study in its next step, which a
 * job brings about at once; the status shows it from now on. Throws STATE_INVALID where it makes no sense.
 */
export async function commandExperiment(tx: Tx, actor: Actor, id: string, command: ExperimentCommand): Promise<void> {
  const { projectId } = await authorise(tx, actor, 'experiment.control', 'experiment', id);
  const experiment = await lockExperiment(tx, id);
  if (!experiment) throw notFound('experiment');
  refuseEnded(experiment, command);
  const order = { tx, actor, experiment, projectId };
  switch (command.type) {
    case 'cancel':
      return cancel(order);
    case 'finish':
      return finish(order);
    case 'pause':
      return pause(order);
    case 'resume':
      return resume(order);
    case 'extend':
      return extend(order, command);
  }
}

interface Order {
  tx: Tx;
  actor: Actor;
  experiment: LockedExperiment;
  projectId: string;
}

function refuseEnded({ id, status }: LockedExperiment, command: ExperimentCommand): void {
  if (!endedStatuses.includes(status)) return;
  const advice =
    command.type === 'extend'
      ? `What has ended stays as it is. Start a new experiment with "warmStartFrom": "${id}": it tries the best configurations of this one first.`
      : 'Start a new one to go on.';
  throw new AppError('STATE_INVALID', `This experiment is already ${status}. ${advice}`);
}

/** Ends it at once and in SQL alone, so that cancelling needs no live worker. Completed models stay. */
async function cancel({ tx, actor, experiment, projectId }: Order): Promise<void> {
  tx.audit({ actor, action: 'experiment.cancelled', entity: { kind: 'experiment', id: experiment.id }, projectId });
  await endExperiment(tx, experiment, {
    status: 'cancelled',
    winner: null,
    message: `Cancelled by ${actor.name}.`,
    study: experiment.study,
  });
}

/** Asks for the end with what there is. */
async function finish(order: Order): Promise<void> {
  const { actor, experiment } = order;
  const { status, commands } = experiment;
  if (status === 'finishing' || commands.some(({ type }) => type === 'finish')) return;
  const message = `${actor.name} asked to finish; keeping the best so far.`;
  const next = status === 'queued' ? null : { status: 'finishing' as const, message };
  await tell(order, { type: 'finish', atMs: await nowMs(order.tx) }, 'finish_asked', next);
}

async function pause(order: Order): Promise<void> {
  const { actor, experiment } = order;
  if (experiment.status === 'paused') {
    throw new AppError('STATE_INVALID', 'This experiment is paused already. Resume it to go on.');
  }
  if (experiment.status === 'queued') {
    throw new AppError('STATE_INVALID', 'This experiment is still being prepared. Pause it when it runs.');
  }
  if (!isSearching(experiment)) {
    throw new AppError('STATE_INVALID', 'This experiment is about to end, so there is nothing to pause.');
  }
  const message = `Paused by ${actor.name}. Models that were being trained start again when it is resumed.`;
  await tell(order, { type: 'pause', atMs: await nowMs(order.tx) }, 'paused', { status: 'paused', message });
}

async function resume(order: Order): Promise<void> {
  const { actor, experiment } = order;
  if (experiment.status !== 'paused') {
    throw new AppError('STATE_INVALID', `This experiment is ${experiment.status} and not paused.`);
  }
  const message = `Resumed by ${actor.name}.`;
  await tell(order, { type: 'resume', atMs: await nowMs(order.tx) }, 'resumed', { status: 'running', message });
}

async function extend(order: Order, { seconds, trials }: Extract<ExperimentCommand, { type: 'extend' }>) {
  const { experiment } = order;
  if (!experiment.plan) {
    throw new AppError('STATE_INVALID', 'This experiment is still being prepared. Extend it when it runs.');
  }
  if (!isSearching(experiment)) {
    throw new AppError(
      'STATE_INVALID',
      `This experiment is about to end and cannot be extended any more. Start a new one with "warmStartFrom": "${experiment.id}" to go on from it.`,
    );
  }
  const { budget } = experiment.plan;
  const waiting = experiment.commands.filter((command) => command.type === 'extend');
  for (const [what, more, most] of [
    ['seconds', seconds, budgetLimits.maxSeconds],
    ['trials', trials, budgetLimits.maxTrials],
  ] as const) {
    if (more === undefined) continue;
    const now = budget[what];
    if (now === null) {
      const other = what === 'seconds' ? 'trials' : 'seconds';
      throw new AppError('BUDGET_INVALID', `This experiment has no limit of ${what}. Give more ${other} instead.`);
    }
    const asked = waiting.reduce((sum, command) => sum + (command[what] ?? 0), now + more);
    if (asked <= most) continue;
    throw new AppError('BUDGET_INVALID', `That would be ${asked} ${what} in all; ${most} is the most. Give fewer.`);
  }
  const more = { ...(seconds === undefined ? {} : { seconds }), ...(trials === undefined ? {} : { trials }) };
  await tell(order, { type: 'extend', atMs: await nowMs(order.tx), ...more }, 'extended', null, more);
}

/** False from the moment on that the search is over, or a person has asked for the end. */
function isSearching({ status, study, commands }: LockedExperiment): boolean {
  const { phase, stopping } = studyFacts(study);
  if (commands.some(({ type }) => type === 'finish') || stopping === 'finish') return false;
  return status !== 'finishing' && (phase === undefined || phase === 'search');
}

/** Writes the command for the study's next step, with its audit entry, and sees to it that the step comes soon. */
async function tell(
  { tx, actor, experiment, projectId }: Order,
  command: WaitingCommand,
  action: string,
  next: { status: ExperimentStatus; message: string } | null,
  after?: object,
): Promise<void> {
  const { id, status } = experiment;
  await tx.query('UPDATE experiment SET commands = commands || $2::jsonb, status = $3 WHERE id = $1', [
    id,
    json([command]),
    next?.status ?? status,
  ]);
  if (next) await addEvents(tx, experiment, [{ type: 'status', ...next }]);
  tx.enqueue('step-study', { experimentId: id }, { projectId });
  tx.audit({
    actor,
    action: `experiment.${action}`,
    entity: { kind: 'experiment', id },
    projectId,
    ...(after ? { after } : {}),
  });
}
