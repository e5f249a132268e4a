// A real browser for the portal's tests: Debian's Chromium, and axe-core's verdict on a page.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { codeOf } from './authenticator.ts';

const chromiumFile = '/usr/bin/chromium';

/** @returns why there is no browser test on this machine, or undefined when there can be one */
export function whyNoBrowser(): string | undefined {
  return existsSync(chromiumFile) ? undefined : `no ${chromiumFile} (Debian: apt-get install chromium)`;
}

/** Starts Chromium; the caller closes it. It opens no connection but those that the test asks for. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumFile,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * One Chromium for all tests of a file, started by the first that asks; it ends with the file. Each test opens a fresh
 * profile in it (openBrowserPage).
 */
export function shareBrowser(file: { teardown(work: () => Promise<void>): void }): () => Promise<Browser> {
  let browser: Promise<Browser> | undefined;
  file.teardown(async () => (await browser)?.close());
  return () => {
    browser ??= launchBrowser();
    return browser;
  };
}

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2 level AA is the sum of these. */
const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface AxeViolation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

/**
 * Asks axe-core about a page.
 * @returns its violations, each as one line; empty when there are none
 */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  // Evaluated, not added as a script element: the portal's own policy would refuse that.
  await page.evaluate(axeSource);
  const violations = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(axeTags)}, resultTypes: ['violations'] }).then((found) => found.violations)`,
  )) as readonly AxeViolation[];
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
  );
}

/**
 * Makes the first second factor, as a person does who has given the password: reads the key off the page, enters the
 * code that an app shows, and goes on.
 * @param input.nowMs the portal's clock
 * @param input.seen called on each page before it is left
 * @returns the app's key
 */
export async function enrolAuthenticator(
  page: Page,
  input: { readonly nowMs: number; readonly seen?: (name: string) => Promise<void> },
): Promise<string> {
  const { nowMs, seen = async () => undefined } = input;
  await page.getByRole('heading', { name: 'Set up an authenticator app' }).waitFor();
  await seen('enrol');
  const secret = ((await page.locator('#totp-secret').textContent()) ?? '').replaceAll(' ', '');
  await page.getByLabel('6-digit code', { exact: true }).fill(codeOf(secret, nowMs));
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
  await seen('recovery-codes');
  await page.getByRole('link', { name: 'I have saved them: continue' }).click();
  return secret;
}

export interface BrowserPage {
  readonly page: Page;
  /** What the page's console said that it should not have: refused styles and scripts, errors. */
  readonly complaints: readonly string[];
}

/** Opens a page in a fresh profile. */
export async function openBrowserPage(
  browser: Browser,
  options: BrowserContextOptions,
): Promise<BrowserPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Chromium reports every answer of 400 or more as an error; a refused form is one on purpose.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { page, complaints };
}

/** The browser gives the focus to what a page wants it on after it has drawn the page, which is after the click is over. */
export function comesIntoFocus(page: Page, id: string): Promise<boolean> {
  const focused = page.locator(`#${id}:focus`).waitFor();
  return focused.then(
    () => true,
    () => false,
  );
}
