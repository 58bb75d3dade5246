import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@laurel/config/free-port';
import { expect, test } from '@playwright/test';
import { adminApi } from '../support/api.ts';
import { discard, newHome, root, startPlatform, waitFor } from '../support/platform.ts';

/** Runs the launcher to its end, for starts that are refused. */
function refusedStart(env: Record<string, string>): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'apps/cli/dist/main.js'), 'up'], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      LAUREL_ROOT: root,
      LAUREL_SAMPLE: 'off',
      ...env,
    },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, said: `${stdout}${stderr}` };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('keeps its data over a restart, refuses a second start, and leaves no process behind', async () => {
  const ports = { web: await freePort(), serve: await freePort() };
  const first = await startPlatform({ ports });
  expect(statSync(join(first.home, 'credentials.json')).mode & 0o777).toBe(0o600);
  expect(first.output()).toContain(first.credentials.password);
  const made = await adminApi(first).post<{ id: string }>('/projects', { name: 'Kept over a restart' });
  expect(made.status).toBe(201);

  const again = refusedStart({ LAUREL_HOME: first.home, PORT: String(ports.web), SERVE_PORT: String(ports.serve) });
  expect(again.code).toBe(1);
  expect(again.said).toContain(`Laurel already runs at ${first.credentials.url}`);

  const record = JSON.parse(readFileSync(join(first.home, 'run/processes.json'), 'utf8')) as {
    processes: Record<string, { pid: number }>;
  };
  const pids = Object.values(record.processes).map((entry) => entry.pid);
  expect(Object.keys(record.processes).sort()).toEqual(['postgres', 'serve', 'web', 'worker']);
  await first.stop();
  expect(pids.filter(isAlive)).toEqual([]);

  const second = await startPlatform({ ports, home: first.home });
  expect(second.output()).not.toContain(first.credentials.password);
  expect((await adminApi(second).get<{ name: string }>(`/projects/${made.body.id}`)).body.name).toBe(
    'Kept over a restart',
  );
  await discard(second);
});

test('names a port that is taken and the variable to change', async () => {
  const blocker = createServer();
  const port = await new Promise<number>((ready) => {
    blocker.listen(0, '127.0.0.1', () => ready((blocker.address() as { port: number }).port));
  });
  const home = newHome();
  const refused = refusedStart({ LAUREL_HOME: home, PORT: String(port), SERVE_PORT: String(await freePort()) });
  blocker.close();
  rmSync(home, { recursive: true, force: true });
  expect(refused.code).toBe(1);
  expect(refused.said).toMatch(new RegExp(`Port ${port} .* in use .*PORT=\\d+ npm start`));
});

test('names a setting that cannot be read', () => {
  const refused = refusedStart({ LAUREL_HOME: '/nonexistent', LAUREL_WORKERS: 'many' });
  expect(refused.code).toBe(1);
  expect(refused.said).toContain('LAUREL_WORKERS=many is not usable. Example: LAUREL_WORKERS=2');
});

test('the very first start trains on a sample and shows it in the terminal', async () => {
  const platform = await startPlatform({ env: { LAUREL_SAMPLE: 'on' } });
  await waitFor(
    () => platform.output().includes('Leaderboard by'),
    120_000,
    () => platform.output(),
    () => platform.launcher.exitCode !== null,
  );
  const said = platform.output();
  expect(said.indexOf('Laurel is ready')).toBeLessThan(said.indexOf('A first experiment'));
  expect(said).toContain('Baseline');
  const experiments = await adminApi(platform).get<{ items: { status: string }[] }>('/experiments');
  expect(experiments.body.items.map((experiment) => experiment.status)).toEqual(['completed']);
  await discard(platform);
});
