import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContext, expect, type Page } from '@playwright/test';

/** Someone at the screen: a context of their own, and everything that went wrong in it. */
export interface Person {
  context: BrowserContext;
  page: Page;
  /** console errors, exceptions, violations of the page's policy, refused requests, requests to other hosts */
  problems: string[];
  /** the next refusals of this status at a path that ends so are part of the test */
  expectRefusal: (status: number, pathEnd: string) => void;
}

export async function newPerson(browser: Browser, baseURL: string): Promise<Person> {
  const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 800 }, acceptDownloads: true });
  const problems: string[] = [];
  const expected: { status: number; pathEnd: string }[] = [];
  const host = new URL(baseURL).host;
  context.on('page', (page) => watch(page, host, problems, expected));
  const page = await context.newPage();
  return {
    context,
    page,
    problems,
    expectRefusal: (status, pathEnd) => expected.push({ status, pathEnd }),
  };
}

function watch(
  page: Page,
  host: string,
  problems: string[],
  expected: readonly { status: number; pathEnd: string }[],
): void {
  page.on('console', (message) => {
    // a refused request is judged by its response, below
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
    problems.push(`console at ${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`exception at ${page.url()}: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol) && url.host !== host) {
      problems.push(`request to another host: ${request.url()}`);
    }
  });
  page.on('response', (response) => {
    if (response.status() < 400) return;
    const { pathname } = new URL(response.url());
    if (expected.some((one) => one.status === response.status() && pathname.endsWith(one.pathEnd))) return;
    problems.push(`${response.status()} for ${response.request().method()} ${pathname}`);
  });
}

export async function signInByForm(page: Page, email: string, password: string): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

/** Serious and critical findings of axe on the page as it is, in both themes. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const grave = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
    expect(grave, `${colorScheme} ${page.url()}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

export async function expectNoSideScroll(page: Page): Promise<void> {
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(tooWide, `pixels that ${page.url()} is too wide for its window`).toBeLessThanOrEqual(0);
}

const shots = process.env.LAUREL_SHOTS;

/** With LAUREL_SHOTS set to a folder: the whole page as a picture in both themes, for people to look at. */
export async function shoot(page: Page, name: string): Promise<void> {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.evaluate(() => window.scrollTo(0, 0));
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: join(shots, `${name}-${colorScheme}.png`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}
