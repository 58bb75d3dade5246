import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { expectNoSideScroll, shoot } from './browser.ts';
import { root } from './platform.ts';

/** A busy machine needs longer than a person would wait. */
export const slow = { timeout: 90_000 };

export function rowsOf(page: Page): Locator {
  return page
    .getByRole('table', { name: /^Leaderboard/ })
    .locator('tbody')
    .getByRole('row');
}

export function chart(page: Page, title: string | RegExp): Locator {
  return page.getByRole('figure').filter({ has: page.getByText(title, { exact: true }) });
}

/** The part of the sidebar that is not of a project. */
export function installation(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Installation' });
}

/** One of the numbers over a run, by its label. */
export function stat(page: Page, label: string): Locator {
  return page.getByRole('region', { name: 'Progress' }).getByText(label, { exact: true }).locator('..');
}

export async function trainSample(page: Page, name: string): Promise<void> {
  const card = page.getByRole('article').filter({ hasText: name });
  await card.getByRole('button', { name: 'Train on this now' }).click();
  await expect(page).toHaveURL(/\/experiments\//, slow);
}

/** Ends the search when so many models are done, unless its time is up before, and waits for the winner. */
export async function finishOnce(page: Page, models: number): Promise<void> {
  const winner = page.getByRole('link', { name: 'Open the winner' });
  const finish = page.getByRole('button', { name: 'Finish now' });
  await expect
    .poll(async () => (await winner.count()) > 0 || (await rowsOf(page).count()) >= models, { timeout: 120_000 })
    .toBe(true);
  if ((await winner.count()) === 0 && (await finish.isEnabled())) await finish.click();
  await expect(winner).toBeVisible({ timeout: 120_000 });
}

export async function onPhone(page: Page, name: string): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSideScroll(page);
  await shoot(page, name);
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** From the page of a model to the page of the request. */
export async function request(page: Page, reason: string): Promise<void> {
  await page.getByRole('link', { name: 'Request promotion' }).click();
  await page.getByLabel('Why should it be promoted?').fill(reason);
  await page.getByRole('button', { name: 'Request promotion' }).click();
  await expect(page).toHaveURL(/\/promotion-requests\//, slow);
  await expect(page.getByText('Waiting for approval').first()).toBeVisible();
}

export async function decide(page: Page, decision: 'Approve' | 'Reject', comment: string): Promise<void> {
  await page.getByLabel('Comment').fill(comment);
  for (const box of await page.getByRole('checkbox').all()) await box.click();
  await page.getByRole('button', { name: decision }).click();
}

/** A file let go over the drop zone, as the mouse does it. */
export async function drop(page: Page, name: string, csv: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ({ name, csv }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([csv], name, { type: 'text/csv' }));
      return transfer;
    },
    { name, csv },
  );
  await page.getByText('Drop a CSV here, or choose one').dispatchEvent('drop', { dataTransfer });
}

type Athlete = Record<string, string>;

/** 200 athletes of the sample with the target that Laurel derives at import, in other columns if wanted. */
export function athletes(change: (row: Athlete) => Athlete): string {
  const file = createRequire(join(root, 'apps/web/package.json')).resolve(
    '@observablehq/sample-datasets/olympians.csv',
  );
  const [header = '', ...lines] = readFileSync(file, 'utf8').split('\n');
  const names = header.split(',');
  const plain = lines.map((line) => line.split(',')).filter((cells) => cells.length === names.length);
  const rows = plain
    .filter((cells) => !cells.join('').includes('"'))
    .slice(0, 200)
    .map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])))
    .map((row) => ({ ...row, medal: Number(row.gold) + Number(row.silver) + Number(row.bronze) > 0 ? 'yes' : 'no' }))
    .map(change);
  return [Object.keys(rows[0] ?? {}).join(','), ...rows.map((row) => Object.values(row).join(','))].join('\n');
}

export async function wordsOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? '';
}

/** How many positives the threshold of the performance page misses. */
export async function missedAt(page: Page): Promise<number> {
  const fact = page.getByText('Missed', { exact: true }).locator('..').getByRole('definition');
  return Number((await wordsOf(fact)).replaceAll(',', ''));
}
