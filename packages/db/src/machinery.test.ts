import { randomBytes } from 'node:crypto';
import { AppError } from '@laurel/contracts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDb } from './index.ts';
import {
  addDataset,
  addExperiment,
  claimQueued,
  openScenario,
  plan,
  result,
  runToEnd,
  type Scenario,
  smallStudy,
} from './testing/scenario.ts';
import { stopTestDatabases } from './testing.ts';

let scenario: Scenario;
let client: pg.Client;

beforeAll(async () => {
  scenario = await openScenario();
  client = new pg.Client({ connectionString: scenario.database.connectionString });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await scenario.close();
  await stopTestDatabases();
});

describe('the outbox', () => {
  it('delivers each row once with three relays', async () => {
    const { db, admin } = scenario;
    await client.query('DELETE FROM outbox');
    const { projectId } = await addDataset(db, admin);
    await client.query(
      `INSERT INTO outbox (id, project_id, job, payload) SELECT 'obx_' || n, $1, 'test', '{}' FROM generate_series(1, 300) AS n`,
      [projectId],
    );
    const delivered: string[] = [];
    const relay = async () => {
      for (let idle = 0; idle < 3; ) {
        const taken = await db.internal.relayOutbox(20, async (row) => {
          delivered.push(row.id);
        });
        idle = taken === 0 ? idle + 1 : 0;
      }
    };
    await Promise.all([relay(), relay(), relay()]);
    expect(delivered).toHaveLength(301);
    expect(new Set(delivered).size).toBe(301);
    expect((await client.query('SELECT 1 FROM outbox')).rowCount).toBe(0);
  });

  it('keeps what could not be delivered and tries it later', async () => {
    const { db } = scenario;
    await client.query(`INSERT INTO outbox (id, job, payload) VALUES ('obx_a', 'good', '{}'), ('obx_b', 'bad', '{}')`);
    const deliver = async (row: { job: string }) => {
      if (row.job === 'bad') throw new Error('the queue is away');
    };
    expect(await db.internal.relayOutbox(10, deliver)).toBe(1);
    expect(await db.internal.relayOutbox(10, deliver)).toBe(0);
    const { rows } = await client.query('SELECT id, attempts, last_error, available_at > now() AS later FROM outbox');
    expect(rows).toEqual([{ id: 'obx_b', attempts: 1, last_error: 'the queue is away', later: true }]);
    await client.query('DELETE FROM outbox');
  });

  it('tells of new rows after the commit, also after a lost connection', async () => {
    const { db, admin } = scenario;
    const heard: string[] = [];
    let wake = () => {};
    const next = () => new Promise<void>((resolve) => (wake = resolve));
    let notified = next();
    const stop = await db.internal.listen('outbox', (payload) => {
      heard.push(payload);
      wake();
    });
    await addDataset(db, admin);
    await notified;
    notified = next();
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'laurel-listen'`,
    );
    await notified; // the call that says: look again
    const before = heard.length;
    notified = next();
    await addDataset(db, admin);
    await notified;
    expect(heard.length).toBeGreaterThan(before);
    await stop();
  });
});

describe('artifacts', () => {
  it('come back byte for byte, in chunks of at most 1 MiB, and damage is found', async () => {
    const { db, admin } = scenario;
    const { id: datasetId } = await addDataset(db, admin);
    const study = smallStudy(1);
    const id = await addExperiment(db, admin, { datasetId, study });
    const [claim] = await claimQueued(db, id);
    const bytes = randomBytes(3 * 1024 * 1024 + 17);
    await db.internal.finishTrial(
      claim!.trialId,
      claim!.attemptId,
      { status: 'completed', result: result(0.9, bytes) },
      study,
    );
    const [model] = await db.experiments.models(admin, id);
    const sha256 = model!.lineage.artifactSha256!;
    expect(model!.sizeBytes).toBe(bytes.byteLength);
    expect(Buffer.from(await db.internal.readArtifact(sha256)).equals(bytes)).toBe(true);
    const chunks = await client.query(
      'SELECT seq, octet_length(bytes) AS size FROM artifact_chunk WHERE sha256 = $1 ORDER BY seq',
      [sha256],
    );
    expect(chunks.rows.map((row) => row.size)).toEqual([1048576, 1048576, 1048576, 17]);
    await client.query(
      'UPDATE artifact_chunk SET bytes = set_byte(bytes, 5, get_byte(bytes, 5) # 1) WHERE sha256 = $1 AND seq = 2',
      [sha256],
    );
    await expect(db.internal.readArtifact(sha256)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    await client.query('DELETE FROM artifact_chunk WHERE sha256 = $1 AND seq = 3', [sha256]);
    await expect(db.internal.readArtifact(sha256)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    await expect(db.internal.readArtifact('0'.repeat(64))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('stay for the best twenty and the best of each family, and scores stay for all', async () => {
    const { db, admin } = scenario;
    const { id: datasetId } = await addDataset(db, admin);
    const study = smallStudy(25);
    const id = await addExperiment(db, admin, {
      datasetId,
      study,
      plan: plan({ budget: { seconds: null, trials: 25 } }),
    });
    await runToEnd(db, id, study);
    const models = await db.experiments.models(admin, id);
    expect(models).toHaveLength(25);
    // trial 1 is the only baseline and the worst of all
    expect(models.filter((model) => model.hasArtifact).map((model) => model.trialNumber)).toEqual([
      ...Array.from({ length: 20 }, (_, index) => 25 - index),
      1,
    ]);
    const gone = models.find((model) => !model.hasArtifact)!;
    await expect(db.internal.readArtifact(gone.lineage.artifactSha256!)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await db.internal.modelForServing(gone.id)).toMatchObject({ artifactSha256: null });
    await expect(db.promotions.request(admin, gone.id, { reason: 'x' })).rejects.toMatchObject({
      code: 'STATE_INVALID',
    });
    expect((await db.internal.ensembleMembers(id)).map((member) => member.trialNumber)).toHaveLength(21);
  });
});

describe('idempotency', () => {
  it('runs 50 equal requests once, and refuses another body', async () => {
    const { db, admin } = scenario;
    let runs = 0;
    const work = async () => {
      runs++;
      const project = await db.projects.create(admin, { name: 'once' });
      return { status: 201, body: { id: project.id } };
    };
    const answers = await Promise.all(Array.from({ length: 50 }, () => db.idempotency.once(admin, 'key-1', 'a', work)));
    expect(runs).toBe(1);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    await expect(db.idempotency.once(admin, 'key-1', 'b', work)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    });
    await expect(db.idempotency.once({ ...admin, userId: 'usr_other' }, 'key-1', 'b', work)).resolves.toMatchObject({
      status: 201,
    });
    const failing = async () => {
      throw new AppError('CONFLICT', 'no');
    };
    await expect(db.idempotency.once(admin, 'key-2', 'a', failing)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(db.idempotency.once(admin, 'key-2', 'a', work)).resolves.toMatchObject({ status: 201 });
  });
});

describe('workers and settings', () => {
  it('are remembered', async () => {
    const { db } = scenario;
    await db.internal.workerSeen({ id: 'w1', host: 'h', pid: 1, slots: 2, busy: 1 });
    await db.internal.workerSeen({ id: 'w1', host: 'h', pid: 1, slots: 2, busy: 0 });
    expect(await db.internal.liveWorkers()).toMatchObject([{ id: 'w1', slots: 2, busy: 0 }]);
    expect(await db.internal.getSetting('x')).toBeNull();
    await db.internal.setSetting('x', { a: 1 });
    await db.internal.setSetting('x', { a: 2 });
    expect(await db.internal.getSetting('x')).toEqual({ a: 2 });
    await db.internal.workersGone(['w1', 'never there']);
    expect((await db.internal.liveWorkers()).filter(({ id }) => id === 'w1')).toEqual([]);
  });
});

describe('a database that is away', () => {
  it('is told as such', async () => {
    const away = createDb({ connectionString: 'postgresql://laurel:x@127.0.0.1:1/laurel' });
    await expect(away.ping()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true });
    await expect(away.projects.list(scenario.admin, {})).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await expect(away.internal.listen('outbox', () => {})).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await away.close();
  });
});
