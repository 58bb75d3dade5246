import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addDataset,
  addExperiment,
  claimQueued,
  openScenario,
  result,
  type Scenario,
  smallStudy,
} from './testing/scenario.ts';
import { stopTestDatabases } from './testing.ts';

let scenario: Scenario;
let client: pg.Client;
let datasetId: string;
beforeAll(async () => {
  scenario = await openScenario();
  datasetId = (await addDataset(scenario.db, scenario.admin)).id;
  client = new pg.Client({ connectionString: scenario.database.connectionString });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await scenario?.close();
  await stopTestDatabases();
});

const refused = { code: 'STATE_INVALID' };

describe('pause and resume', () => {
  it('give back what runs, start it again, and do not count', async () => {
    const { db, admin } = scenario;
    const study = smallStudy(3);
    const id = await addExperiment(db, admin, { datasetId, study });
    const [a, b] = await claimQueued(db, id);
    await db.internal.finishTrial(a!.trialId, a!.attemptId, { status: 'completed', result: result(0.7) }, study);
    expect((await db.experiments.command(admin, id, { type: 'pause' })).status).toBe('paused');
    await expect(db.experiments.command(admin, id, { type: 'pause' })).rejects.toMatchObject(refused);
    // nothing starts from the moment of the answer on, also before a worker has heard of it
    expect(await claimQueued(db, id)).toEqual([]);
    await db.internal.stepStudy(id, 'tick', study);
    expect(await db.internal.heartbeat(b!.trialId, b!.attemptId, null)).toBe(false);
    const late = { status: 'completed' as const, result: result(0.9) };
    expect(await db.internal.finishTrial(b!.trialId, b!.attemptId, late, study)).toBe(false);
    const paused = await db.experiments.trials(admin, id);
    expect(paused.map(({ status }) => status)).toEqual(['completed', 'queued', 'queued']);

    const spent = (await db.experiments.get(admin, id)).progress.secondsSpent;
    await new Promise((resolve) => setTimeout(resolve, 300));
    await client.query(`UPDATE trial SET queued_at = now() - interval '2 minutes' WHERE status = 'queued'`);
    await client.query('DELETE FROM outbox');
    await db.internal.reconcile({ staleAfterMs: 20 }, study);
    expect((await client.query(`SELECT 1 FROM outbox WHERE job = 'run-trial'`)).rows).toEqual([]);
    expect((await db.experiments.get(admin, id)).progress.secondsSpent).toBeCloseTo(spent, 3);

    expect((await db.experiments.command(admin, id, { type: 'resume' })).status).toBe('running');
    await expect(db.experiments.command(admin, id, { type: 'resume' })).rejects.toMatchObject(refused);
    await db.internal.stepStudy(id, 'tick', study);
    expect((await client.query(`SELECT 1 FROM outbox WHERE job = 'run-trial'`)).rows).toHaveLength(2);
    const again = await claimQueued(db, id);
    expect(again.map(({ number, attempts }) => [number, attempts])).toEqual([
      [2, 2],
      [3, 1],
    ]);
    expect((await db.experiments.get(admin, id)).progress.secondsSpent).toBeLessThan(spent + 0.25);
    for (const { trialId, attemptId, number } of again) {
      const report = { status: 'completed' as const, result: result(number / 10) };
      await db.internal.finishTrial(trialId, attemptId, report, study);
    }
    expect((await db.experiments.get(admin, id)).status).toBe('completed');
  });

  it('are told together and in order when no worker was there between', async () => {
    const { db, admin } = scenario;
    const study = smallStudy(2);
    const id = await addExperiment(db, admin, { datasetId, study });
    await claimQueued(db, id);
    for (const type of ['pause', 'resume', 'pause'] as const) await db.experiments.command(admin, id, { type });
    await db.internal.reconcile({ staleAfterMs: 60_000 }, study);
    expect((await db.experiments.trials(admin, id)).map(({ status }) => status)).toEqual(['queued', 'queued']);
    expect((await db.experiments.get(admin, id)).status).toBe('paused');
    await db.experiments.command(admin, id, { type: 'cancel' });
    expect((await db.experiments.get(admin, id)).status).toBe('cancelled');
  });

  it('do not count as losses of a trial', async () => {
    const { db, admin } = scenario;
    const study = smallStudy(1);
    const id = await addExperiment(db, admin, { datasetId, study });
    for (let i = 0; i < 3; i++) {
      expect(await claimQueued(db, id)).toHaveLength(1);
      for (const type of ['pause', 'resume'] as const) {
        await db.experiments.command(admin, id, { type });
        await db.internal.stepStudy(id, 'tick', study);
      }
    }
    const [trial] = await claimQueued(db, id);
    await db.internal.releaseTrial(trial!.trialId, trial!.attemptId, { kind: 'crash', message: 'Lost.' }, study);
    expect((await db.experiments.trials(admin, id))[0]).toMatchObject({ status: 'queued', attempts: 4 });
    await db.experiments.command(admin, id, { type: 'cancel' });
  });

  it('are refused before it runs and after it ended, with what to do', async () => {
    const { db, admin } = scenario;
    const { request } = await db.experiments.get(
      admin,
      await addExperiment(db, admin, { datasetId, study: smallStudy(1) }),
    );
    const queued = await db.experiments.create(admin, { request: request as never, seed: 1 });
    await expect(db.experiments.command(admin, queued.id, { type: 'pause' })).rejects.toThrow(/still being prepared/);
    await expect(db.experiments.command(admin, queued.id, { type: 'extend', trials: 1 })).rejects.toThrow(/prepared/);
    await db.experiments.command(admin, queued.id, { type: 'cancel' });
    await expect(db.experiments.command(admin, queued.id, { type: 'resume' })).rejects.toThrow(/already cancelled/);
    await expect(db.experiments.command(admin, queued.id, { type: 'extend', trials: 1 })).rejects.toThrow(
      /warmStartFrom/,
    );
  });
});

describe('extend', () => {
  it('adds to what limits the run, and refuses the rest', async () => {
    const { db, admin } = scenario;
    const study = smallStudy(2);
    const id = await addExperiment(db, admin, { datasetId, study });
    const extend = (more: { seconds?: number; trials?: number }) =>
      db.experiments.command(admin, id, { type: 'extend', ...more });
    await expect(extend({ trials: 5 })).rejects.toMatchObject({ code: 'BUDGET_INVALID' });
    await extend({ seconds: 86_000 });
    await expect(extend({ seconds: 1000 })).rejects.toThrow(/87030 seconds in all/);
    await db.experiments.command(admin, id, { type: 'finish' });
    await expect(extend({ seconds: 10 })).rejects.toThrow(/about to end/);
    const actions = (await db.audit.list(admin, { entity: id }, {})).items.map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['experiment.extended', 'experiment.finish_asked']));
  });
});
