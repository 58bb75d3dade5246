import { systemActor } from '@laurel/access';
import { newId } from '@laurel/contracts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addDataset,
  addExperiment,
  claimQueued,
  openScenario,
  result,
  runToEnd,
  type Scenario,
  smallStudy,
} from './testing/scenario.ts';
import { stopTestDatabases } from './testing.ts';

let scenario: Scenario;
let datasetId: string;
const lost = { kind: 'crash' as const, message: 'The child was killed.' };

beforeAll(async () => {
  scenario = await openScenario();
  datasetId = (await addDataset(scenario.db, scenario.admin)).id;
});
afterAll(async () => {
  await scenario.close();
  await stopTestDatabases();
});

async function dump(experimentId: string): Promise<string> {
  const { db } = scenario;
  return JSON.stringify([
    await db.experiments.trials(systemActor, experimentId),
    await db.experiments.models(systemActor, experimentId),
    await db.experiments.events(systemActor, experimentId, 0, 1000),
  ]);
}

describe('trials', () => {
  it('run to the end: models, winner, events without a gap, an audit row', async () => {
    const { db, admin } = scenario;
    const study = smallStudy(4);
    const id = await addExperiment(db, admin, { datasetId, study });
    await runToEnd(db, id, study);
    const view = await db.experiments.get(admin, id);
    expect(view.status).toBe('completed');
    expect(view.progress).toMatchObject({ fraction: 1, trialsDone: 4, trialsFailed: 0, trialsRunning: 0 });
    expect(view.progress.bestScore).toBeCloseTo(0.504);
    expect(view.progress.baselineScore).toBeCloseTo(0.501);
    const models = await db.experiments.models(admin, id);
    expect(models.map((model) => model.trialNumber)).toEqual([4, 3, 2, 1]);
    expect(view.winnerModelId).toBe(models[0]!.id);
    expect(models[0]!.holdout).toBeNull();
    const events = await db.experiments.events(admin, id, 0, 1000);
    expect(events.map((event) => event.id)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ type: 'status', status: 'completed' });
    expect(await db.experiments.events(admin, id, events.length - 2, 1)).toHaveLength(1);
    const audit = await db.audit.list(admin, { entity: id }, {});
    expect(audit.items.map((row) => row.action)).toEqual([
      'experiment.completed',
      'experiment.planned',
      'experiment.created',
    ]);
  });

  it('are claimed once by ten workers at a time', async () => {
    const { db, admin } = scenario;
    const id = await addExperiment(db, admin, { datasetId, study: smallStudy(2) });
    const [trial] = await db.experiments.trials(admin, id);
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, index) => db.internal.claimTrial(trial!.id, `w${index}`)),
    );
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  it('answer a claim again whose answer was lost, as one attempt, until it has ended', async () => {
    const { db, admin } = scenario;
    const study = smallStudy(2);
    const id = await addExperiment(db, admin, { datasetId, study });
    const [trial] = await db.experiments.trials(admin, id);
    const attemptId = newId('attempt');
    const claim = () => db.internal.claimTrial(trial!.id, 'w1', attemptId);
    const [first, again] = [await claim(), await claim()];
    expect(first).toMatchObject({ attemptId, attempts: 1 });
    const { budgetLeftMs: _, ...same } = first!;
    expect(again).toMatchObject(same);
    await db.internal.finishTrial(trial!.id, attemptId, { status: 'completed', result: result(0.7) }, study);
    expect(await claim()).toBeNull();
    expect((await db.experiments.trials(admin, id))[0]).toMatchObject({ status: 'completed', attempts: 1 });
  });

  it('ignore what a lost attempt reports late', async () => {
    const { db, admin } = scenario;
    const study = smallStudy(3);
    const id = await addExperiment(db, admin, { datasetId, study });
    const [first] = await claimQueued(db, id);
    await db.internal.releaseTrial(first!.trialId, first!.attemptId, lost, study);
    expect(await db.internal.heartbeat(first!.trialId, first!.attemptId, null)).toBe(false);
    const second = await db.internal.claimTrial(first!.trialId, 'w2');
    expect(second).toMatchObject({ number: first!.number, attempts: 2 });
    const before = await dump(id);
    const late = { status: 'completed' as const, result: result(0.99) };
    expect(await db.internal.finishTrial(first!.trialId, first!.attemptId, late, study)).toBe(false);
    const failed = { status: 'failed' as const, failure: lost, seconds: 1, peakMb: 1 };
    expect(await db.internal.finishTrial(first!.trialId, first!.attemptId, failed, study)).toBe(false);
    await db.internal.releaseTrial(first!.trialId, first!.attemptId, lost, study);
    expect(await dump(id)).toBe(before);
    expect(await db.internal.finishTrial(second!.trialId, second!.attemptId, late, study)).toBe(true);
    expect(await db.internal.finishTrial(second!.trialId, second!.attemptId, late, study)).toBe(false);
    expect(await db.experiments.models(admin, id)).toHaveLength(1);
  });

  it('fail after three lost attempts, and the experiment goes on with a warning', async () => {
    const { db, admin } = scenario;
    const study = smallStudy(2);
    const id = await addExperiment(db, admin, { datasetId, study });
    const [trial, other] = await db.experiments.trials(admin, id);
    for (let attempt = 1; attempt <= 3; attempt++) {
      const claim = await db.internal.claimTrial(trial!.id, 'w1');
      expect(claim?.attempts).toBe(attempt);
      await db.internal.releaseTrial(trial!.id, claim!.attemptId, lost, study);
    }
    expect(await db.internal.claimTrial(trial!.id, 'w1')).toBeNull();
    const claim = await db.internal.claimTrial(other!.id, 'w1');
    await db.internal.finishTrial(other!.id, claim!.attemptId, { status: 'completed', result: result(0.8) }, study);
    const view = await db.experiments.get(admin, id);
    expect(view.status).toBe('completed');
    expect(view.warnings).toContainEqual({
      code: 'TRIALS_FAILED',
      message: '1 of 2 trials failed; the list of trials says why.',
    });
    const [failed] = await db.experiments.trials(admin, id);
    expect(failed).toMatchObject({ status: 'failed', attempts: 3, failure: { kind: 'crash' } });
  });

  it('are kept as pruned with why, without a model and without a failure', async () => {
    const { db, admin } = scenario;
    const study = smallStudy(2);
    const id = await addExperiment(db, admin, { datasetId, study });
    const [first, second] = await claimQueued(db, id);
    const pruned = {
      name: 'Linear model',
      score: 0.61,
      foldScores: [0.6, 0.62],
      cause: 'race',
      reason: 'Given up after 2 of 5 folds.',
      seconds: 1,
      peakMb: 90,
    };
    await db.internal.finishTrial(
      first!.trialId,
      first!.attemptId,
      { status: 'completed', result: result(0.9) },
      study,
    );
    await db.internal.finishTrial(second!.trialId, second!.attemptId, { status: 'pruned', result: pruned }, study);
    await db.internal.modelsSelected(id, { score: 0.9, members: [{ trialNumber: 1, weight: 1 }] }, study);
    const [, trial] = await db.experiments.trials(admin, id);
    expect(trial).toMatchObject({
      status: 'pruned',
      score: 0.61,
      stopReason: pruned.reason,
      modelId: null,
      failure: null,
    });
    expect(await db.experiments.models(admin, id)).toHaveLength(1);
    const view = await db.experiments.get(admin, id);
    expect(view).toMatchObject({ status: 'completed', warnings: [] });
    const jobs: string[] = [];
    await db.internal.relayOutbox(100, async ({ job }) => void jobs.push(job));
    expect(jobs).toContain('select-models');
  });

  it('take a score that is not a number as a failure', async () => {
    const { db, admin } = scenario;
    const study = smallStudy(1);
    const id = await addExperiment(db, admin, { datasetId, study });
    const [claim] = await claimQueued(db, id);
    const report = { status: 'completed' as const, result: result(Number.NaN) };
    expect(await db.internal.finishTrial(claim!.trialId, claim!.attemptId, report, study)).toBe(true);
    const view = await db.experiments.get(admin, id);
    expect(view).toMatchObject({ status: 'failed', error: { code: 'TRIAL_CRASHED' } });
  });

  it('are stopped by cancel at once and by finish at the next tick, and keep what is done', async () => {
    const { db, admin } = scenario;
    const study = smallStudy(9);
    const id = await addExperiment(db, admin, { datasetId, study });
    const [a, b] = await claimQueued(db, id);
    await db.internal.finishTrial(a!.trialId, a!.attemptId, { status: 'completed', result: result(0.7) }, study);
    expect((await db.experiments.command(admin, id, { type: 'finish' })).status).toBe('finishing');
    await db.internal.stepStudy(id, 'tick', study);
    const finished = await db.experiments.get(admin, id);
    expect(finished.status).toBe('completed');
    expect(finished.winnerModelId).not.toBeNull();
    expect(await db.internal.heartbeat(b!.trialId, b!.attemptId, null)).toBe(false);
    await expect(db.experiments.command(admin, id, { type: 'cancel' })).rejects.toMatchObject({
      code: 'STATE_INVALID',
    });

    const second = await addExperiment(db, admin, { datasetId, study });
    const [c] = await claimQueued(db, second);
    const cancelled = await db.experiments.command(admin, second, { type: 'cancel' });
    expect(cancelled.status).toBe('cancelled');
    expect(await db.internal.claimTrial(c!.trialId, 'w2')).toBeNull();
    expect(
      await db.internal.finishTrial(c!.trialId, c!.attemptId, { status: 'completed', result: result(0.9) }, study),
    ).toBe(false);
    const trials = await db.experiments.trials(admin, second);
    expect(trials.every((trial) => trial.status === 'cancelled')).toBe(true);
  });

  it('number events in commit order with ten writers, and a following reader misses none', async () => {
    const { db, admin } = scenario;
    const id = await addExperiment(db, admin, { datasetId, study: smallStudy(2) });
    const [trial] = await claimQueued(db, id);
    const before = (await db.experiments.events(admin, id, 0, 1000)).length;
    const seen: number[] = [];
    let done = false;
    const reader = (async () => {
      let cursor = before;
      for (let last = false; !last; ) {
        last = done;
        for (const event of await db.experiments.events(admin, id, cursor, 1000)) {
          seen.push(event.id);
          cursor = event.id;
        }
      }
      return cursor;
    })();
    const rounds = 20;
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let i = 0; i < rounds; i++) {
          const curve: [number, number][] = [[i, 0.5]];
          const progress = {
            type: 'trial-progress' as const,
            trialId: trial!.trialId,
            fold: 0,
            folds: 5,
            worker: 'w',
            curve,
          };
          expect(await db.internal.heartbeat(trial!.trialId, trial!.attemptId, progress)).toBe(true);
        }
      }),
    );
    done = true;
    expect(await reader).toBe(before + 10 * rounds);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set(seen).size).toBe(seen.length);
    // only the newest progress of the trial is kept, under the last number
    const rest = await db.experiments.events(admin, id, before, 1000);
    expect(rest.map((event) => event.id)).toEqual([before + 10 * rounds]);
  });

  it('are taken from a worker that fell silent, and put back when the queue lost them', async () => {
    const { db, admin, database } = scenario;
    const study = smallStudy(2);
    const id = await addExperiment(db, admin, { datasetId, study });
    const [a] = await claimQueued(db, id);
    const client = new pg.Client({ connectionString: database.connectionString });
    await client.connect();
    await client.query(`UPDATE trial SET heartbeat_at = now() - interval '1 minute' WHERE id = $1`, [a!.trialId]);
    await client.query('DELETE FROM outbox');
    await db.internal.reconcile({ staleAfterMs: 20 }, study);
    const { rows } = await client.query(`SELECT job FROM outbox WHERE payload ->> 'trialId' = $1`, [a!.trialId]);
    expect(rows).toEqual([{ job: 'run-trial' }]);
    await client.query('DELETE FROM outbox');
    await client.query(`UPDATE trial SET queued_at = now() - interval '2 minutes' WHERE status = 'queued'`);
    const outcome = await db.internal.reconcile({ staleAfterMs: 20 }, study);
    expect(outcome.requeued).toBeGreaterThanOrEqual(1);
    const again = await client.query(`SELECT job FROM outbox WHERE payload ->> 'trialId' = $1`, [a!.trialId]);
    expect(again.rows).toEqual([{ job: 'run-trial' }]);
    await client.end();
    await db.experiments.command(admin, id, { type: 'cancel' });
  });
});
