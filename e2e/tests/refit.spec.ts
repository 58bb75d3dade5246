import { expect, test } from '@playwright/test';
import { adminApi, untilEnded, uploadCsv, webUrl } from '../support/api.ts';
import { expectAccessible, newPerson, shoot, signInByForm } from '../support/browser.ts';
import { discard, type Platform, startPlatform } from '../support/platform.ts';
import { onPhone, slow } from '../support/screens.ts';

let platform: Platform;

test.beforeAll(async () => {
  platform = await startPlatform();
});
test.afterAll(async () => {
  if (platform) await discard(platform);
});

/** A number that follows from two columns but for a little that nobody can know. */
function numbers(): string {
  const lines = ['a,b,y'];
  for (let row = 0; row < 400; row++) {
    const [a, b, rest] = [(row * 37) % 101, (row * 17) % 53, (row * 7919) % 23];
    lines.push(`${a},${b},${3 * a - (b * b) / 20 + rest}`);
  }
  return lines.join('\n');
}

test('the interval of a number narrows with its level, and one small model is made of the winner', async ({
  browser,
}) => {
  const ada = await newPerson(browser, webUrl(platform));
  const { page } = ada;
  const api = adminApi(platform);
  const { id: datasetId } = await uploadCsv(api, 'Numbers', numbers());
  const request = { datasetId, target: 'y', budget: { trials: 4 } };
  const { id } = (await api.post<{ id: string }>('/experiments', request)).body;
  const { winnerModelId } = await untilEnded(api, id, 120_000);
  await signInByForm(page, platform.credentials.email, platform.credentials.password);

  await page.goto(`/models/${winnerModelId}?tab=predict`);
  const interval = page.getByTestId('interval');
  const width = async () => {
    const [low, high] = ((await interval.textContent()) ?? '').replaceAll(',', '').split(' to ').map(Number);
    return (high ?? Number.NaN) - (low ?? Number.NaN);
  };
  await expect(interval).toContainText(/\d to /, slow);
  const own = await width();
  expect(own).toBeGreaterThan(0);
  await page.getByRole('combobox', { name: 'Share of cases that the interval holds' }).click();
  await page.getByRole('option', { name: '50 %' }).click();
  await expect.poll(width, slow).toBeLessThan(own);
  await expectAccessible(page);
  await onPhone(page, '40-interval-390');

  await page.getByRole('button', { name: 'Fit again' }).click();
  await page.getByRole('radio', { name: /^As one small model/ }).check();
  await expectAccessible(page);
  await onPhone(page, '41-fit-again-390');
  await page.getByRole('button', { name: 'Make the new model' }).click();
  await page.getByRole('link', { name: 'Open the new model' }).click(slow);
  await expect(page.getByRole('heading', { level: 1, name: /distilled from/ })).toBeVisible(slow);
  await page.getByRole('tab', { name: 'Lineage' }).click();
  await expect(page.getByText('Distilled from', { exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'the model it was made of' })).toHaveAttribute(
    'href',
    `/models/${winnerModelId}`,
  );
  await expect(page.getByRole('button', { name: 'Fit again' })).toHaveCount(0);
  await expectAccessible(page);
  await shoot(page, '42-distilled');
  expect(ada.problems).toEqual([]);
  await ada.context.close();
});
