import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { webUrl } from '../support/api.ts';
import {
  expectAccessible,
  expectNoSideScroll,
  newPerson,
  type Person,
  shoot,
  signInByForm,
} from '../support/browser.ts';
import { discard, type Platform, startPlatform } from '../support/platform.ts';
import {
  athletes,
  chart,
  decide,
  drop,
  finishOnce,
  installation,
  missedAt,
  onPhone,
  request,
  rowsOf,
  slow,
  stat,
  trainSample,
  wordsOf,
} from '../support/screens.ts';

/** From the first page to a champion that answers, by two people, as a reader of the README would do it. */
test.describe.configure({ mode: 'serial' });

const colleague = { name: 'Grace Hopper', email: 'grace@example.org', password: 'compilers are nice' };

let platform: Platform;
let ada: Person;
let grace: Person;
/** addresses that later parts come back to */
const seen = { run: '', winner: '', project: '', request: '' };

test.beforeAll(async ({ browser }) => {
  platform = await startPlatform();
  ada = await newPerson(browser, webUrl(platform));
  grace = await newPerson(browser, webUrl(platform));
});
test.afterEach(() => {
  expect([...ada.problems, ...grace.problems]).toEqual([]);
});
test.afterAll(async () => {
  await ada?.context.close();
  await grace?.context.close();
  if (platform) await discard(platform);
});

test('a wrong password is refused in plain words, the right one opens three samples', async () => {
  const { page } = ada;
  ada.expectRefusal(401, '/sessions');
  await page.goto('/');
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel('E-mail').fill(platform.credentials.email);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('This e-mail and password do not belong together.')).toBeVisible();
  await expectAccessible(page);
  await shoot(page, '01-sign-in');
  await signInByForm(page, platform.credentials.email, platform.credentials.password);
  await expect(page.getByRole('heading', { name: 'Train your first models' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Train on this now' })).toHaveCount(3);
  await expectAccessible(page);
  await shoot(page, '02-first-page');
});

test('one click on olympians shows a run, its leaks left out, the same after a reload and in a second tab', async () => {
  const { page } = ada;
  await trainSample(page, 'Olympians of 2016');
  seen.run = page.url();
  await expect(page.getByRole('progressbar', { name: 'Progress of the experiment' })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible(slow);
  const leaks = page.getByText('give the target away and were left out');
  await expect(leaks).toContainText(/gold.*silver.*bronze/, slow);
  await leaks.click();
  await expect(page.getByRole('link', { name: 'Start one that keeps them' })).toBeVisible();

  await expect(rowsOf(page)).not.toHaveCount(0, slow);
  await shoot(page, '03-live-run');
  await page.reload();
  await expect(page.getByText('give the target away and were left out')).toBeVisible();
  await expect(rowsOf(page)).not.toHaveCount(0);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSideScroll(page);
  await shoot(page, '03-live-run-390');
  await page.setViewportSize({ width: 1280, height: 800 });
  await expectAccessible(page);

  const secondTab = await ada.context.newPage();
  await secondTab.goto(seen.run);
  await expect(secondTab.getByText('give the target away and were left out')).toBeVisible();
  await finishOnce(page, 3);
  for (const part of ['Best ROC AUC', 'Against the baseline', 'Models', 'Time used']) {
    const words = await wordsOf(stat(page, part));
    await expect(stat(secondTab, part)).toHaveText(words);
  }
  await secondTab.close();
  await expect(rowsOf(page).filter({ hasText: 'Ensemble' })).toHaveCount(1);
  await shoot(page, '04-ended-run');
});

test('the leaderboard leads to the winner: scores, threshold, effects, learning curve, lineage', async () => {
  const { page } = ada;
  await page.getByRole('link', { name: 'Leaderboard', exact: true }).click();
  await expect(page.getByRole('table', { name: /Leaderboard by ROC AUC/ })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'baseline' })).toHaveCount(1);
  await expectAccessible(page);
  await shoot(page, '05-leaderboard');
  await onPhone(page, '05-leaderboard-390');

  // by keyboard: the first row opens with Enter
  await rowsOf(page).first().focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/models\//);
  seen.winner = page.url();
  await expect(page.getByRole('heading', { name: 'How good is it?' })).toBeVisible();
  await expect(page.getByText('Expected calibration error')).toBeVisible(slow);
  await expect(page.getByText('nationality')).toBeVisible(slow);
  await expectAccessible(page);
  await shoot(page, '06-model-summary');
  await onPhone(page, '06-model-summary-390');

  await page.getByRole('tab', { name: 'Performance' }).click();
  await expect(chart(page, 'ROC curve')).toBeVisible(slow);
  await expect(chart(page, 'Confusion matrix')).toBeVisible();
  const before = await missedAt(page);
  const threshold = page.getByRole('slider', { name: 'Threshold' });
  await threshold.focus();
  for (let step = 0; step < 20; step++) await threshold.press('ArrowLeft');
  await expect(page.getByLabel('Threshold as a number')).toHaveValue('0.3');
  expect(await missedAt(page)).toBeLessThan(before);
  await expectAccessible(page);
  await shoot(page, '07-model-performance');

  await page.getByRole('tab', { name: 'Explanation' }).click();
  await expect(chart(page, /^Effect of/)).toBeVisible(slow);
  await page.getByRole('button', { name: /^height/ }).click();
  await expect(chart(page, 'Effect of height')).toBeVisible(slow);
  await chart(page, 'Effect of height').getByRole('button', { name: 'View as table' }).click();
  await expect(page.getByRole('table', { name: 'Effect of height' })).toBeVisible();
  await chart(page, 'Effect of height').getByRole('button', { name: 'View as chart' }).click();
  await expectAccessible(page);
  await shoot(page, '08-model-explanation');

  await page.getByRole('tab', { name: 'Learning' }).click();
  await expect(chart(page, 'Learning curve')).toBeVisible(slow);
  await shoot(page, '09-model-learning');
  await page.getByRole('tab', { name: 'Lineage' }).click();
  await expect(page.getByText('SHA-256 of the data')).toBeVisible();
  await shoot(page, '10-model-lineage');
  // the tab is in the address
  await expect(page).toHaveURL(/tab=lineage/);
});

test('three models side by side: what differs, and their curves over each other', async () => {
  const { page } = ada;
  await page.goto(`${seen.run}/leaderboard`);
  const boxes = page.getByRole('checkbox', { name: /^Select / });
  for (const index of [0, 1, 2]) await boxes.nth(index).click();
  await page.getByRole('region', { name: 'Selected models' }).getByRole('link', { name: 'Compare' }).click();
  await expect(page).toHaveURL(/\/compare\?ids=/);
  await expect(page.getByText(/likely real|could be luck/).first()).toBeVisible(slow);
  await expect(page.getByText('Parameters that differ')).toBeVisible();
  await expect(chart(page, 'Learning curve')).toBeVisible(slow);
  await expect(chart(page, 'ROC curve').getByRole('listitem')).toHaveCount(3, slow);
  const column = page.getByRole('combobox', { name: 'Column' });
  await column.click();
  await page.getByRole('option', { name: 'weight' }).click();
  await expect(chart(page, 'Effect of weight').getByRole('listitem')).toHaveCount(3, slow);
  await expectAccessible(page);
  await shoot(page, '11-compare');
});

test('an administrator adds a colleague, and nobody approves their own request', async () => {
  const { page } = ada;
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'People' }).click();
  await page.getByRole('button', { name: 'Add a person' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a person' });
  await dialog.getByLabel('Name').fill(colleague.name);
  await dialog.getByLabel('E-mail').fill(colleague.email);
  await dialog.getByLabel('Password').fill(colleague.password);
  await dialog.getByRole('combobox', { name: 'Role' }).click();
  await page.getByRole('option', { name: /^Approver/ }).click();
  await expect(dialog.getByRole('combobox', { name: 'In the project' })).toContainText('Olympians');
  await expectAccessible(page);
  await shoot(page, '12-add-person');
  await dialog.getByRole('button', { name: 'Add the person' }).click();
  await expect(page.getByRole('row').filter({ hasText: colleague.email })).toBeVisible();

  await page.goto(seen.winner);
  await request(page, 'Best on the board, and the leaks are out.');
  seen.request = page.url();
  await expect(page.getByRole('heading', { name: 'Your own request' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Approve' })).toHaveCount(0);
  await expectAccessible(page);
  await shoot(page, '13-own-request');

  // whose account the requester has just made is no second pair of eyes
  grace.expectRefusal(409, '/approve');
  await signInByForm(grace.page, colleague.email, colleague.password);
  await expect(grace.page.getByRole('heading', { level: 1, name: 'Olympians of 2016' })).toBeVisible(slow);
  await installation(grace.page)
    .getByRole('link', { name: /^Approvals/ })
    .click();
  await grace.page.getByRole('row').filter({ hasText: 'Administrator' }).click();
  await decide(grace.page, 'Approve', 'It looks right to me.');
  await expect(grace.page.getByText(/made your account less than 24 hours ago/)).toBeVisible();
  await shoot(grace.page, '14-four-eyes');
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await expect(page.getByText('Withdrawn').first()).toBeVisible();
});

test('the colleague requests, the administrator approves, and there is a champion', async () => {
  const { page } = ada;
  await grace.page.goto(seen.winner);
  await request(grace.page, 'Best on the board; checked <b>twice</b>.');
  await expect(grace.page.getByRole('button', { name: 'Approve' })).toHaveCount(0);

  await installation(page)
    .getByRole('link', { name: /^Approvals/ })
    .click();
  await expect(page.getByRole('row').filter({ hasText: colleague.name })).toBeVisible();
  await expectAccessible(page);
  await shoot(page, '15-approvals');
  await page.getByRole('row').filter({ hasText: colleague.name }).click();
  await expect(page.getByText('checked <b>twice</b>.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Approve' })).toBeDisabled();
  await decide(page, 'Approve', 'The holdout agrees with the folds.');
  await expect(page.getByText(/was approved by Administrator/)).toBeVisible();
  await expectAccessible(page);
  await shoot(page, '16-approved');
  // the one who asked sees it without a reload
  await expect(grace.page.getByText(/was approved by Administrator/)).toBeVisible(slow);
  await page.getByRole('link', { name: 'See the champion' }).click();
  await expect(page).toHaveURL(/\/champion$/);
  seen.project = page.url().replace('/champion', '');
});

test('the champion answers by form and by file', async () => {
  const { page } = ada;
  ada.expectRefusal(422, '/predict');
  const answer = page.getByRole('region', { name: 'The prediction', exact: true });
  await expect(answer).toContainText('%', slow);
  const first = await wordsOf(answer);
  await page.getByRole('textbox', { name: 'weight' }).fill('125');
  await page.getByRole('combobox', { name: 'sport' }).fill('weightlifting');
  await page.getByRole('option', { name: 'weightlifting' }).click();
  await page.getByRole('button', { name: 'Predict' }).click();
  await expect(answer).not.toHaveText(first);
  await page.getByRole('textbox', { name: 'weight' }).fill('heavy');
  await expect(answer.getByRole('alert')).toContainText('weight');
  await page.getByRole('button', { name: 'Example row' }).click();
  await expect(answer.getByRole('alert')).toHaveCount(0);
  await expectAccessible(page);

  await drop(
    page,
    'athletes.csv',
    athletes((row) => row),
  );
  await expect(page.getByText('ROC AUC on 200 rows with a known target')).toBeVisible(slow);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download predictions' }).click();
  const lines = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\n');
  expect(lines).toHaveLength(201);
  await shoot(page, '17-champion');
  await onPhone(page, '17-champion-390');

  await drop(
    page,
    'no-sport.csv',
    athletes(({ sport: _, ...row }) => row),
  );
  await expect(page.getByText(/The column sport is not in the file/)).toBeVisible(slow);
  await shoot(page, '18-missing-column');
  ada.expectRefusal(422, '/batch-predictions');
  await drop(page, 'other.csv', 'flower,petals\nrose,5\n');
  const refusal = page.getByRole('alert').filter({ hasText: 'The file could not be scored.' });
  await expect(refusal).toContainText("None of the file's columns is one that the model needs", slow);
});

test('the audit log tells it all, and its chain is whole', async () => {
  const { page } = ada;
  await installation(page).getByRole('link', { name: 'Audit' }).click();
  await expect(page.getByText(/chain verified up to #\d+/)).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('promotion.approved');
  const entry = page.getByRole('listitem').filter({ hasText: 'promotion.approved' });
  await expect(entry).toHaveCount(1);
  await entry.getByText('promotion.approved').click();
  await expect(entry.getByText('The holdout agrees with the folds.')).toBeVisible();
  await expectAccessible(page);
  await shoot(page, '19-audit');
});

test('a picture called a table is refused in plain words; diamonds train to residuals', async () => {
  const { page } = ada;
  await page.goto('/projects?new=1');
  await page.getByRole('dialog').getByLabel('Name').fill('Prices of diamonds');
  await page.getByRole('button', { name: 'Make the project' }).click();
  ada.expectRefusal(422, '/datasets');
  ada.expectRefusal(415, '/datasets');
  const png = Buffer.from('89504e470d0a1a0a0000000d494844520000000100000001', 'hex');
  await page.getByLabel('Choose a table').setInputFiles({ name: 'photo.csv', mimeType: 'text/csv', buffer: png });
  await expect(page.getByRole('alert').filter({ hasText: 'photo.csv could not be read.' })).toContainText('PNG', slow);
  await shoot(page, '20-not-a-table');
  await page.getByRole('button', { name: 'Choose another file' }).click();

  await trainSample(page, 'Diamonds');
  await finishOnce(page, 2);
  await shoot(page, '21-diamonds');
  await page.getByRole('link', { name: 'Open the winner' }).click();
  await expect(page.getByText('Typical error')).toBeVisible(slow);
  await shoot(page, '22-regression-summary');
  await page.getByRole('tab', { name: 'Performance' }).click();
  await expect(chart(page, 'Residuals')).toBeVisible(slow);
  await expect(chart(page, 'Predicted against actual')).toBeVisible();
  await expectAccessible(page);
  await shoot(page, '23-regression-performance');
  await page.getByRole('tab', { name: 'Predict' }).click();
  await expect(page.getByRole('region', { name: 'The prediction', exact: true })).toContainText(/\d/, slow);
  await shoot(page, '24-regression-predict');
});

test('lists and places where nothing is yet are accessible too', async () => {
  const { page } = ada;
  const projectId = seen.project.split('/').at(-1);
  for (const path of ['', '/data', '/experiments', '/models', '/members', '/champion']) {
    await page.goto(`/projects/${projectId}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expect(page.getByRole('status', { name: /^Loading/ })).toHaveCount(0);
    await expectAccessible(page);
    await shoot(page, `25-project${path.replace('/', '-')}`);
  }
});
