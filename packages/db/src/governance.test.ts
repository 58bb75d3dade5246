import { AppError } from '@laurel/contracts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addDataset,
  addExperiment,
  addPerson,
  inputs,
  openScenario,
  plan,
  runToEnd,
  type Scenario,
  smallStudy,
} from './testing/scenario.ts';
import { stopTestDatabases } from './testing.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await openScenario(20);
});
afterAll(async () => {
  await scenario.close();
  await stopTestDatabases();
});

/** A project with an editor, an approver and an ended experiment of `models` models. */
async function competition(models: number, change: Parameters<typeof plan>[0] = {}) {
  const { db } = scenario;
  const editor = await addPerson(scenario);
  const approver = await addPerson(scenario);
  const { id: datasetId, projectId } = await addDataset(db, editor);
  await db.projects.setMembers({ ...scenario.admin, userId: 'system' }, projectId, [
    { userId: editor.userId, role: 'editor' },
    { userId: approver.userId, role: 'approver' },
  ]);
  const study = smallStudy(models);
  const experimentId = await addExperiment(db, editor, { datasetId, study, plan: plan(change) });
  await runToEnd(db, experimentId, study);
  const ids = (await db.experiments.models(editor, experimentId)).map((model) => model.id);
  return { editor, approver, projectId, datasetId, experimentId, ids };
}

const yes = { comment: 'Looks right.', checklist: { read: true } };

describe('promotions', () => {
  it('let one of 50 concurrent approvals on one base win', async () => {
    const { db, admin } = scenario;
    const { editor, approver, projectId, ids } = await competition(20);
    const keep = ids.slice(0, 20);
    // 50 approvals of 20 requests, all judged against the same base (no champion)
    const requests: { id: string }[] = [];
    for (const id of keep) requests.push(await db.promotions.request(editor, id, { reason: 'best so far' }));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => db.promotions.approve(approver, requests[index % 20]!.id, yes)),
    );
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    const codes = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as AppError).code] : [],
    );
    expect(won).toHaveLength(1);
    expect(codes).toEqual(Array.from({ length: 49 }, () => 'APPROVAL_STALE'));
    const history = await db.promotions.history(editor, projectId);
    expect(history.map((entry) => entry.sequence)).toEqual([1]);
    expect(history.filter((entry) => entry.endedAt === null)).toHaveLength(1);
    const statuses = (await db.promotions.list(editor, { projectId }, { limit: 100 })).items.map((item) => item.status);
    expect(statuses.filter((status) => status === 'approved')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'stale')).toHaveLength(19);
    expect(await db.audit.verify(admin)).toMatchObject({ valid: true, firstBrokenSequence: null });
    const approved = await db.audit.list(admin, { projectId, action: 'promotion.approved' }, {});
    expect(approved.items).toHaveLength(1);
  });

  it('keep a gapless ledger through promotions and rollbacks', async () => {
    const { db } = scenario;
    const { editor, approver, projectId, ids } = await competition(2);
    await expect(db.promotions.champion(editor, projectId)).rejects.toMatchObject({ code: 'NO_CHAMPION' });
    for (const id of ids) {
      const { id: requestId } = await db.promotions.request(editor, id, { reason: 'better' });
      await db.promotions.approve(approver, requestId, yes);
    }
    expect((await db.promotions.champion(editor, projectId)).modelId).toBe(ids[1]);
    const back = await db.promotions.rollback(approver, projectId, { reason: 'it was slower' });
    expect(back).toMatchObject({ modelId: ids[0], sequence: 3, kind: 'rollback', requestId: null });
    const history = await db.promotions.history(editor, projectId);
    expect(history.map((entry) => entry.sequence)).toEqual([3, 2, 1]);
    expect(history[1]!.endedAt).toBe(history[0]!.startedAt);
    expect((await db.projects.get(editor, projectId)).championModelId).toBe(ids[0]);
    await expect(
      db.experiments.delete(editor, (await db.models.get(editor, ids[0]!)).experimentId),
    ).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(db.promotions.rollback(editor, projectId, { reason: 'no' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('need two pairs of eyes', async () => {
    const { db, admin } = scenario;
    const { editor, approver, projectId, ids } = await competition(3);
    const own = await db.promotions.request(approver, ids[0]!, { reason: 'mine' });
    await expect(db.promotions.approve(approver, own.id, yes)).rejects.toMatchObject({
      code: 'FOUR_EYES',
      status: 409,
    });
    await expect(db.promotions.approve(editor, own.id, yes)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const key = { ...approver, kind: 'api_key' as const, mayApprove: false };
    await expect(db.promotions.approve(key, own.id, yes)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await db.promotions.withdraw(approver, own.id);

    // the administrator asks; people whom they made, gave a role or a password today may not decide
    const asked = await db.promotions.request(admin, ids[1]!, { reason: 'by the administrator' });
    const made = await addPerson(scenario, 'admin', admin);
    await expect(db.promotions.approve(made, asked.id, yes)).rejects.toMatchObject({ code: 'FOUR_EYES' });
    const granted = await addPerson(scenario);
    const members = await db.projects.members(admin, projectId);
    const list = members.map(({ userId, role }) => ({ userId, role }));
    await db.projects.setMembers(admin, projectId, [...list, { userId: granted.userId, role: 'approver' }]);
    await expect(db.promotions.approve(granted, asked.id, yes)).rejects.toMatchObject({ code: 'FOUR_EYES' });
    await db.users.resetPassword(admin, approver.userId, 'a new password');
    await expect(db.promotions.approve(approver, asked.id, yes)).rejects.toMatchObject({ code: 'FOUR_EYES' });
    const independent = await addPerson(scenario, 'admin');
    expect((await db.promotions.approve(independent, asked.id, yes)).status).toBe('approved');
  });

  it('do not let the maker of a key approve what the key asked for', async () => {
    const { db, admin } = scenario;
    const { editor, ids } = await competition(2);
    const { key } = await db.apiKeys.create(admin, { name: 'ci', userId: editor.userId });
    const service = await db.apiKeys.verify(key);
    expect(service).toMatchObject({ userId: editor.userId, mayApprove: false, kind: 'api_key' });
    const asked = await db.promotions.request(service!, ids[0]!, { reason: 'nightly' });
    await expect(db.promotions.approve(admin, asked.id, yes)).rejects.toMatchObject({ code: 'FOUR_EYES' });
  });

  it('open the holdout, count it, and freeze what was judged', async () => {
    const { db } = scenario;
    const { editor, experimentId, ids, projectId } = await competition(2);
    expect((await db.models.get(editor, ids[0]!)).holdout).toBeNull();
    const asked = await db.promotions.request(editor, ids[0]!, { reason: 'first' });
    expect(asked.snapshot.split).toBe('holdout');
    expect(asked.checks.map((check) => [check.id, check.outcome])).toEqual([
      ['baseline', 'passed'],
      ['champion', 'not_applicable'],
      ['contract', 'not_applicable'],
      ['holdout', 'passed'],
    ]);
    expect((await db.models.get(editor, ids[0]!)).holdout).not.toBeNull();
    await db.experiments.revealHoldout(editor, experimentId);
    expect((await db.experiments.get(editor, experimentId)).holdoutOpenings).toBe(2);
    const opened = await db.audit.list(editor, { projectId, action: 'holdout.opened' }, {});
    expect(opened.items).toHaveLength(2);
    await expect(db.promotions.request(editor, ids[0]!, { reason: 'again' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('refuse another contract unless it is asked for', async () => {
    const { db } = scenario;
    const { editor, approver, projectId, datasetId, ids } = await competition(2);
    const first = await db.promotions.request(editor, ids[0]!, { reason: 'first' });
    await db.promotions.approve(approver, first.id, yes);
    const study = smallStudy(1);
    const more = [...inputs, { name: 'mass', type: 'numeric' as const, example: 4000 }];
    const other = await addExperiment(db, editor, { datasetId, study, inputs: more });
    await runToEnd(db, other, study);
    const [model] = await db.experiments.models(editor, other);
    const refused = db.promotions.request(editor, model!.id, { reason: 'more inputs' });
    await expect(refused).rejects.toMatchObject({ code: 'CONTRACT_CHANGED', status: 409 });
    const asked = await db.promotions.request(editor, model!.id, { reason: 'more inputs', newContract: true });
    await db.promotions.approve(approver, asked.id, yes);
    expect((await db.projects.get(editor, projectId)).contract?.inputs.map((input) => input.name)).toEqual([
      'length',
      'island',
      'mass',
    ]);
    await db.promotions.rollback(approver, projectId, { reason: 'callers are not ready' });
    expect((await db.projects.get(editor, projectId)).contract?.inputs).toHaveLength(2);
  });
});

describe('the audit log', () => {
  async function asSuperuser<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: scenario.database.connectionString });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  it('refuses changes, and finds those made behind its back', async () => {
    const { db, admin } = scenario;
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => db.projects.create(admin, { name: `p${i}`, description: 'ab' })),
    );
    const odd = {
      text: 'NUL \0 and a lone surrogate \ud800',
      big: 1e300,
      tiny: -0,
      nested: { b: [1, null], a: undefined },
    };
    await db.audit.record(admin, { action: 'odd', entity: { kind: 'test', id: 'x\0' }, after: odd });
    const before = await db.audit.verify(admin);
    expect(before.valid).toBe(true);
    expect(before.length).toBeGreaterThan(30);
    await asSuperuser(async (client) => {
      for (const sql of [`UPDATE audit SET actor_name = 'x'`, 'DELETE FROM audit', 'TRUNCATE audit']) {
        await expect(client.query(sql)).rejects.toThrow(/append-only/);
      }
      const tampered: [string, string, number][] = [
        [`UPDATE audit SET after = '{"name": "other"}' WHERE sequence = 7`, `sequence = 7`, 7],
        [`UPDATE audit SET at = at + interval '1 second' WHERE sequence = 9`, `sequence = 9`, 9],
        ['UPDATE audit SET sequence = 1000000 WHERE sequence = 5', 'sequence = 1000000', 5],
      ];
      await client.query('ALTER TABLE audit DISABLE TRIGGER USER');
      for (const [change, where, broken] of tampered) {
        const { rows } = await client.query(`SELECT * FROM audit WHERE sequence = ${broken}`);
        await client.query(change);
        expect(await db.audit.verify(admin)).toMatchObject({ valid: false, firstBrokenSequence: broken });
        await client.query(`UPDATE audit SET sequence = $1, after = $2, at = $3 WHERE ${where}`, [
          rows[0].sequence,
          JSON.stringify(rows[0].after),
          rows[0].at,
        ]);
        expect((await db.audit.verify(admin)).valid).toBe(true);
      }
      await client.query('DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)');
      // a cut tail is found by comparing with a head that was noted elsewhere
      const cut = await db.audit.verify(admin);
      expect(cut.length).toBe(before.length - 1);
      expect(cut.head).not.toBe(before.head);
      await client.query('ALTER TABLE audit ENABLE TRIGGER USER');
    });
  });

  it('pages without loss, and filters', async () => {
    const { db, admin } = scenario;
    const all: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await db.audit.list(admin, {}, { limit: 17, cursor });
      all.push(...page.items.map((row) => row.sequence));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(all).toEqual(Array.from({ length: all.length }, (_, index) => all.length - index));
    const found = await db.audit.list(admin, { q: 'looks RIGHT.', action: 'promotion.approved' }, {});
    expect(found.items.length).toBeGreaterThan(0);
    await expect(db.audit.list(admin, {}, { cursor: 'e30' })).rejects.toBeInstanceOf(AppError);
    await expect(db.audit.list(admin, {}, { sort: 'hash' })).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });
});
