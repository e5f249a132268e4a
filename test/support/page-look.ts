// What is asked of every page that a browser test comes to: axe-core finds nothing, the keyboard alone reaches everything,
// nothing is wider than the screen; and a picture, where CLAIMGATE_SCREENSHOTS names a folder.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { keyboardFaults } from './keyboard.ts';
import { axeViolations } from './portal-browser.ts';

const screenshots = process.env['CLAIMGATE_SCREENSHOTS'];
if (screenshots !== undefined) mkdirSync(screenshots, { recursive: true });

/** How a page is looked at. */
export interface Look {
  readonly title: string;
  /** What its pictures begin with. */
  readonly file: string;
  /** In CSS pixels. */
  readonly width: number;
  readonly script: boolean;
}

export const looks: readonly Look[] = [
  { title: 'at desktop width', file: 'desktop', width: 1280, script: true },
  { title: 'at phone width', file: 'phone', width: 375, script: true },
  { title: 'without script', file: 'plain', width: 375, script: false },
];

/** Looks at the page that is open. @param input.name what its picture is called */
export async function lookAtPage(
  t: Pick<Test, 'same' | 'ok'>,
  input: { readonly page: Page; readonly look: Look; readonly name: string },
): Promise<void> {
  const { page, look, name } = input;
  const width = await page.evaluate('document.documentElement.scrollWidth');
  t.ok(Number(width) <= look.width, `${name}: nothing is wider than the screen`);
  if (screenshots !== undefined && look.script)
    await page.screenshot({ path: join(screenshots, `${look.file}-${name}.png`), fullPage: true });
  // axe-core is a script itself.
  if (look.script) t.same(await axeViolations(page), [], `${name}: axe-core finds nothing`);
  t.same(await keyboardFaults(page), [], `${name}: the keyboard alone reaches everything`);
}
