import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelView, PredictResponse } from '@laurel/contracts';
import { expect, test } from '@playwright/test';
import { adminApi, trialsOf, untilEnded, uploadCsv } from '../support/api.ts';
import { discard, root, startPlatform } from '../support/platform.ts';

const penguins = join(root, 'node_modules/@observablehq/sample-datasets/penguins.csv');
const families = ['baseline', 'linear', 'gbm'];

function laurel(args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'apps/cli/dist/main.js'), ...args], {
    env: { PATH: process.env.PATH ?? '', LAUREL_WORKERS: '2' },
    encoding: 'utf8',
    timeout: 120_000,
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

test('the command line and the platform make the same model, and it gives the same numbers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'laurel cli '));
  laurel([
    'train',
    penguins,
    '--target',
    'species',
    '--trials',
    '4',
    '--seed',
    '3',
    '--families',
    families.join(','),
    '--out',
    folder,
  ]);
  const csv = laurel(['predict', folder, penguins, '--probabilities']);
  const [header, ...lines] = csv.trimEnd().split('\n');
  expect(header).toBe('Adelie,Chinstrap,Gentoo');
  expect(lines.length).toBe(344);

  const platform = await startPlatform();
  const api = adminApi(platform);
  const dataset = await uploadCsv(api, 'penguins', readFileSync(penguins, 'utf8'));
  const body = { datasetId: dataset.id, target: 'species', budget: { trials: 4 }, seed: 3, families };
  const started = await api.post<{ id: string }>('/experiments', body);
  const view = await untilEnded(api, started.body.id, 120_000);
  const model = (await api.get<ModelView>(`/models/${view.winnerModelId}`)).body;

  const bundle = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as Record<string, unknown>;
  expect(JSON.stringify(bundle)).toContain(model.lineage.splitSha256);
  const winner = (await trialsOf(api, view.id)).find((trial) => trial.modelId === model.id);
  expect(JSON.stringify(bundle)).toContain(String(winner?.score));

  // rows as the file has them: empty cells and NaN are missing
  const [names, ...cells] = readFileSync(penguins, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const rows = cells.slice(0, 50).map((cell) =>
    Object.fromEntries(
      model.inputs.map((input) => {
        const text = cell[(names as string[]).indexOf(input.name)] ?? '';
        if (text === '' || text === 'NaN') return [input.name, null];
        return [input.name, input.type === 'numeric' ? Number(text) : text];
      }),
    ),
  );
  const answer = await api.post<PredictResponse>(`/models/${model.id}/predict`, { rows });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  const byApi = answer.body.predictions.map((prediction) =>
    'probabilities' in prediction ? Object.values(prediction.probabilities) : [],
  );
  const byCli = lines.slice(0, 50).map((line) => line.split(',').map(Number));
  expect(byApi).toEqual(byCli);

  await discard(platform);
  rmSync(folder, { recursive: true, force: true });
});
