// The portal in a real browser: at desktop and phone width, with script and without, judged by axe-core. Pictures of
// every page go to CLAIMGATE_SCREENSHOTS when it names a directory.

import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { t as file, type Test, test } from 'tap';
import { goodPassword, newPublicKeyLine, openPortal } from '../support/portal.ts';
import {
  axeViolations,
  comesIntoFocus,
  enrolAuthenticator,
  openBrowserPage,
  shareBrowser,
  whyNoBrowser,
} from '../support/portal-browser.ts';

const skip = whyNoBrowser() ?? false;
const theBrowser = shareBrowser(file);
const screenshots = process.env['CLAIMGATE_SCREENSHOTS'];

interface Look {
  readonly title: string;
  readonly file: string;
  readonly width: number;
  readonly javaScriptEnabled: boolean;
}

const looks: readonly Look[] = [
  { title: 'at desktop width', file: 'desktop', width: 1280, javaScriptEnabled: true },
  { title: 'at phone width', file: 'phone', width: 375, javaScriptEnabled: true },
  { title: 'without script', file: 'plain', width: 1280, javaScriptEnabled: false },
];

async function enter(page: Page, label: string, text: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(text);
}

for (const look of looks) {
  test(`a user signs in, sets SFTP up, changes the password and updates, ${look.title}`, {
    skip,
  }, async (t) => {
    const { url, now } = await openPortal(t);
    const browser = await theBrowser();
    const { page, complaints } = await openBrowserPage(browser, {
      viewport: { width: look.width, height: 800 },
      javaScriptEnabled: look.javaScriptEnabled,
    });
    let shot = 0;
    const check = async (name: string) => {
      shot += 1;
      if (screenshots !== undefined) {
        const file = `${look.file}-${String(shot).padStart(2, '0')}-${name}.png`;
        await page.screenshot({ path: join(screenshots, file), fullPage: true });
      }
      // axe-core is a script itself.
      if (look.javaScriptEnabled) t.same(await axeViolations(page), [], `${name}: axe-core finds nothing`);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      t.ok(Number(width) <= look.width, `${name}: nothing is wider than the screen`);
    };
    const press = (button: string) => page.getByRole('button', { name: button, exact: true }).click();

    const choose = async (entry: string) => {
      if (look.width < 1024) await page.getByText('Menu', { exact: true }).click();
      await page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name: entry }).click();
    };

    await page.goto(url);
    await check('public-home');
    await page.getByRole('link', { name: 'Claimgate Secure Portal' }).click();
    await check('sign-in');
    await press('Sign in');
    t.equal(await page.title(), 'Error: Sign in | Claimgate');
    t.ok(await comesIntoFocus(page, 'error-summary'), 'the summary has the focus');
    await check('sign-in-refused');
    await page.getByRole('link', { name: 'Enter your password.' }).click();
    t.ok(await comesIntoFocus(page, 'password'), 'the summary leads to the field');
    await enter(page, 'User ID (NCID)', 'Maria.Lopez');
    await enter(page, 'Password', goodPassword);
    await checkShowPassword(t, page, look);
    await page.keyboard.press('Enter');
    await enrolAuthenticator(page, { nowMs: now(), seen: check });
    await page.waitForURL('**/home');
    await check('home');

    await choose('SFTP Account Setup/Update');
    await check('setup');
    await enter(page, 'Password', 'wrong');
    await enter(page, 'SSH public key (optional)', 'ssh-dss AAAA');
    await press('Setup');
    await check('setup-refused');
    await enter(page, 'Password', goodPassword);
    await enter(page, 'SSH public key (optional)', newPublicKeyLine());
    t.notOk(await page.getByRole('checkbox').isChecked(), 'the attestation is unchecked');
    await page.getByText('I agree that I am responsible').click();
    await press('Setup');
    await page.getByRole('heading', { name: 'Your SFTP account is set up' }).waitFor();
    await check('set-up');
    await checkCopy(t, page, look);

    await choose('Change Password');
    await check('password');
    await enter(page, 'Present password', goodPassword);
    await enter(page, 'New password', 'short');
    await enter(page, 'New password again', 'short');
    await press('Change password');
    await check('password-refused');
    await enter(page, 'Present password', goodPassword);
    await enter(page, 'New password', 'Copper-Heron-7-Lake');
    await enter(page, 'New password again', 'Copper-Heron-7-Lake');
    await press('Change password');
    await page.getByRole('heading', { name: 'SFTP needs one more step' }).waitFor();
    await check('password-changed');
    await page.getByRole('link', { name: 'Do SFTP Account Update now' }).click();
    await check('update-required');
    await enter(page, 'Password', 'Copper-Heron-7-Lake');
    await page.getByText('I agree that I am responsible').click();
    await press('Update');
    await page.getByRole('heading', { name: 'Your SFTP account is updated' }).waitFor();
    await press('Sign out');
    await page.getByRole('heading', { name: 'You have signed out' }).waitFor();
    await check('signed-out');
    t.same(complaints, [], 'the browser refused nothing and reported no error');
  });
}

type Assertions = Pick<Test, 'equal' | 'ok' | 'notOk'>;

async function checkShowPassword(t: Assertions, page: Page, look: Look): Promise<void> {
  const toggle = page.getByRole('button', { name: 'Show password' });
  if (!look.javaScriptEnabled) {
    t.notOk(await toggle.isVisible(), 'no button that would do nothing');
    return;
  }
  const type = () => page.getByLabel('Password', { exact: true }).getAttribute('type');
  t.equal(await type(), 'password');
  await toggle.click();
  t.equal(await type(), 'text', 'the password can be shown');
  await page.getByRole('button', { name: 'Hide password' }).click();
  t.equal(await type(), 'password', 'and hidden');
  await page.getByLabel('Password', { exact: true }).focus();
}

async function checkCopy(t: Assertions, page: Page, look: Look): Promise<void> {
  const copy = page.getByRole('button', { name: 'Copy the command for OpenSSH' });
  if (!look.javaScriptEnabled) {
    t.notOk(await copy.isVisible(), 'no button that would do nothing');
    return;
  }
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await copy.click();
  await page.getByText('Copied.').waitFor();
  t.equal(
    await page.evaluate('navigator.clipboard.readText()'),
    'sftp -P 2022 maria.lopez@sftp.agency.example',
  );
}

test('an idle session is warned of, can be kept, and leaves the screen when it ends', { skip }, async (t) => {
  const { url, pass, now } = await openPortal(t);
  const browser = await theBrowser();
  const { page, complaints } = await openBrowserPage(browser, { viewport: { width: 375, height: 800 } });
  await page.clock.install();
  const idle = async (durationMs: number) => {
    pass(durationMs);
    await page.clock.fastForward(durationMs);
  };
  await page.goto(new URL('/sign-in?next=/account/password', url).href);
  await enter(page, 'User ID (NCID)', 'maria.lopez');
  await enter(page, 'Password', goodPassword);
  await page.keyboard.press('Enter');
  await enrolAuthenticator(page, { nowMs: now() });
  await page.getByRole('heading', { name: 'Change Password' }).waitFor();
  const warning = page.getByRole('dialog', { name: 'Are you still there?' });

  await idle(12 * 60_000);
  t.notOk(await warning.isVisible());
  await idle(61_000);
  await warning.waitFor();
  t.match(await warning.textContent(), /you will be signed out in 2 minutes/);
  t.same(await axeViolations(page), []);
  if (screenshots !== undefined)
    await page.screenshot({ path: join(screenshots, 'phone-session-expiry.png') });
  const kept = page.waitForResponse('**/session');
  await page.getByRole('button', { name: 'Stay signed in' }).click();
  t.equal((await kept).status(), 204);
  await warning.waitFor({ state: 'hidden' });

  await idle(14 * 60_000);
  await warning.waitFor();
  const keptAgain = page.waitForResponse('**/session');
  await page.keyboard.press('Escape');
  t.equal((await keptAgain).status(), 204, 'Escape stays signed in as well');
  await warning.waitFor({ state: 'hidden' });

  await idle(15 * 60_000 + 3000);
  await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
  t.match(page.url(), /next=%2Faccount%2Fpassword/, 'signing in again leads back');
  t.same(complaints, []);
});
