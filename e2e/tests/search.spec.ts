import type { ExperimentView } from '@laurel/contracts';
import { expect, type Locator, test } from '@playwright/test';
import { adminApi, trialsOf, uploadCsv, webUrl } from '../support/api.ts';
import { expectAccessible, newPerson, type Person, shoot, signInByForm } from '../support/browser.ts';
import { discard, type Platform, startPlatform } from '../support/platform.ts';
import { athletes, onPhone, rowsOf, slow, stat } from '../support/screens.ts';

/** A search that someone steers: a plan edited in words, a setting fixed, a pause, more time, and what the charts tell. */
test.describe.configure({ mode: 'serial' });

const seconds = 15;
const learningRate = 0.05;

let platform: Platform;
let ada: Person;
let datasetId: string;
const seen = { run: '', experimentId: '' };

test.beforeAll(async ({ browser }) => {
  platform = await startPlatform();
  ada = await newPerson(browser, webUrl(platform));
  const csv = athletes(({ gold: _gold, silver: _silver, bronze: _bronze, ...row }) => row);
  ({ id: datasetId } = await uploadCsv(adminApi(platform), 'Athletes', csv));
  await signInByForm(ada.page, platform.credentials.email, platform.credentials.password);
});
test.afterEach(() => {
  expect(ada.problems).toEqual([]);
});
test.afterAll(async () => {
  await ada?.context.close();
  if (platform) await discard(platform);
});

test('a plan is edited in words and a setting is fixed', async () => {
  const { page } = ada;
  await page.goto(`/datasets/${datasetId}/new-experiment?target=medal`);
  await page.getByRole('button', { name: /Change: How models are scored/ }).click();
  await page.getByRole('radio', { name: /^Cross-validation/ }).check();
  await page.getByLabel('Folds').fill('3');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('proposal')).toContainText('3-fold cross-validation', slow);

  await page.getByRole('button', { name: /Change: How long to search/ }).click();
  await page.getByTestId('budget-amount').fill(String(seconds));
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('proposal')).toContainText(`${seconds} s`);

  await page.getByTestId('hyperparameters').click();
  const space = page.getByRole('region', { name: 'Hyperparameters' });
  await space.getByRole('button', { name: /^Gradient boosting/ }).click();
  await space.getByRole('combobox', { name: 'Learning rate: how it is chosen' }).click();
  await page.getByRole('option', { name: 'Fixed' }).click();
  const value = space.getByLabel('Value of Learning rate');
  await value.fill('7');
  await expect(space.getByText('At most 0.2.')).toBeVisible();
  await value.fill(String(learningRate));
  await expect(space.getByText('1 set by you')).toBeVisible();
  await expectAccessible(page);
  await shoot(page, '30-plan-in-words');
  await onPhone(page, '30-plan-in-words-390');

  await page.getByTestId('start-experiment').click();
  await expect(page).toHaveURL(/\/experiments\//, slow);
  seen.run = page.url();
  seen.experimentId = new URL(seen.run).pathname.split('/').at(-1) ?? '';
});

test('a run is paused, extended and resumed, and its clock stands still in between', async () => {
  const { page } = ada;
  await page.getByRole('button', { name: 'Pause' }).click(slow);
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible(slow);
  await expect(page.getByText('Paused', { exact: true }).first()).toBeVisible();
  const spent = async () =>
    (await adminApi(platform).get<ExperimentView>(`/experiments/${seen.experimentId}`)).body.progress.secondsSpent;
  const before = await spent();
  await expectAccessible(page);
  await shoot(page, '31-paused');
  expect(await spent()).toBe(before);

  await page.getByRole('button', { name: 'Extend' }).click();
  await page.getByRole('button', { name: '+ 30 s' }).click();
  await expect(stat(page, 'Time left')).toContainText(`of ${seconds + 30} s`, slow);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible(slow);
  await expect(rowsOf(page)).not.toHaveCount(0, slow);
});

test('the search shows its charts while it runs, and can be finished from there', async () => {
  const { page } = ada;
  await page.getByRole('link', { name: 'Search', exact: true }).click();
  const charts = ['search-history', 'parallel-coordinates', 'timeline'].map((id) => page.getByTestId(`chart-${id}`));
  for (const shown of charts) await expect(shown).toBeVisible(slow);
  await page.getByRole('button', { name: 'Finish now' }).click();
  await expect(page.getByRole('link', { name: 'Open the winner' })).toBeVisible({ timeout: 120_000 });

  await expect(page.getByTestId('parameter-importance')).toContainText('Gradient boosting');
  await expectAccessible(page);
  await shoot(page, '32-search');
  await onPhone(page, '32-search-390');
  for (const shown of charts) await expectNumbers(shown);
});

/** The numbers behind a chart, as its table shows them. */
async function expectNumbers(shown: Locator): Promise<void> {
  await shown.getByRole('button', { name: 'View as table' }).click();
  const cells = shown.getByRole('table').locator('tbody').getByRole('row');
  expect(await cells.count()).toBeGreaterThan(1);
  await expect(cells.first()).toContainText(/\d/);
}

test('a trial shows its settings, the fixed one among them, and the score of each fold', async () => {
  const { page } = ada;
  const trials = await trialsOf(adminApi(platform), seen.experimentId);
  const boosted = trials.filter(({ family }) => family === 'gbm');
  expect(boosted.map(({ config }) => config.learningRate)).toEqual(boosted.map(() => learningRate));
  const whole = boosted.find(({ status, foldScores }) => status === 'completed' && foldScores.length === 3);
  if (!whole) throw new Error(`no boosted trial was fitted on all folds: ${JSON.stringify(boosted)}`);

  await page.getByRole('link', { name: 'Trials', exact: true }).click();
  await page.getByRole('link', { name: new RegExp(`^Trial ${whole.number},`) }).click();
  await expect(page.getByRole('heading', { name: `#${whole.number} Gradient boosting` })).toBeVisible();
  const settings = page.getByLabel('Settings of the trial');
  await expect(settings).toContainText(`Learning rate${learningRate} (default 0.04)`);
  const folds = page.getByLabel('Score of each fold').getByRole('definition');
  await expect(folds).toHaveCount(3);
  await expect(folds).toHaveText([/\d/, /\d/, /\d/]);
  await expect(page.getByRole('link', { name: 'Train again with edited settings' })).toBeVisible();
  await expectAccessible(page);
  await shoot(page, '33-trial');
  await onPhone(page, '33-trial-390');
});
