// Passkeys and second factors in a real browser, with an authenticator that Chromium itself plays.

import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { t as file, test } from 'tap';
import { codeOf } from '../support/authenticator.ts';
import { goodPassword, openPortal } from '../support/portal.ts';
import {
  axeViolations,
  enrolAuthenticator,
  openBrowserPage,
  shareBrowser,
  whyNoBrowser,
} from '../support/portal-browser.ts';

const skip = whyNoBrowser() ?? false;
const theBrowser = shareBrowser(file);
const screenshots = process.env['CLAIMGATE_SCREENSHOTS'];

/** Gives the page a device that confirms everything. @returns the credentials in it */
async function plugInAuthenticator(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    /** Whether the person refuses from now on. */
    refuse: (refused: boolean) =>
      session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: !refused }),
  };
}

for (const [title, width] of [
  ['desktop', 1280],
  ['phone', 375],
] as const) {
  test(`a person sets up a passkey, signs in with it, and looks after the factors, at ${title} width`, {
    skip,
  }, async (t) => {
    const { portal, now, pass } = await openPortal(t);
    // Browsers make passkeys for names, not for addresses.
    const url = `http://localhost:${portal.port}`;
    const browser = await theBrowser();
    const { page, complaints } = await openBrowserPage(browser, { viewport: { width, height: 800 } });
    const device = await plugInAuthenticator(page);
    const check = async (name: string) => {
      if (screenshots !== undefined)
        await page.screenshot({ path: join(screenshots, `factors-${title}-${name}.png`), fullPage: true });
      t.same(await axeViolations(page), [], `${name}: axe-core finds nothing`);
      t.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width, `${name}: it fits`);
    };
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
    const givePassword = async () => {
      await page.goto(`${url}/sign-in`);
      await page.getByLabel('User ID (NCID)', { exact: true }).fill('maria.lopez');
      await page.getByLabel('Password', { exact: true }).fill(goodPassword);
      await page.keyboard.press('Enter');
    };

    await givePassword();
    await page.getByRole('link', { name: 'use a passkey' }).click();
    await heading('Set up a passkey');
    await check('make-passkey');
    await press('Set up a passkey');
    await heading('Your recovery codes');
    t.match(await device.credentials(), [{ rpId: 'localhost', signCount: 1 }]);
    await page.getByRole('link', { name: 'I have saved them: continue' }).click();
    await heading('Welcome, Quentin');
    await press('Sign out');

    await givePassword();
    await heading('Confirm that it is you');
    await check('use-passkey');
    await press('Use your passkey');
    await heading('Welcome, Quentin');
    t.match(await device.credentials(), [{ signCount: 2 }]);

    await page.goto(`${url}/account/second-factors`);
    await check('factors');
    await page.getByRole('link', { name: 'Add a passkey' }).click();
    await heading('Set up a passkey');
    await press('Set up a passkey');
    await page.getByText('This device holds a passkey for you already').waitFor();
    await page.getByRole('link', { name: 'Back to your second factors' }).click();
    pass(11 * 60_000);
    await page.getByRole('link', { name: 'Add an authenticator app' }).click();
    await heading('Confirm that it is you');
    await check('confirm');
    await press('Use your passkey');
    await heading('Set up an authenticator app');
    await check('add-app');
    const secret = ((await page.locator('#totp-secret').textContent()) ?? '').replaceAll(' ', '');
    await page.getByLabel('Name', { exact: true }).fill('My phone');
    await page.getByLabel('6-digit code', { exact: true }).fill('000000');
    await press('Set up');
    await page.getByText('There is a problem').waitFor();
    await check('add-app-refused');
    await page.getByLabel('6-digit code', { exact: true }).fill(codeOf(secret, now()));
    await press('Set up');
    await heading('Your second factors were changed');
    await page.getByText('Rename or remove My phone').click();
    await check('factors-two');
    t.same(complaints, [], 'the browser refused nothing and reported no error');
  });
}

test('without script the passkey is not offered as if it worked, and the app does', { skip }, async (t) => {
  const { portal, now, pass } = await openPortal(t);
  const url = `http://localhost:${portal.port}`;
  const browser = await theBrowser();
  const { page } = await openBrowserPage(browser, {
    viewport: { width: 375, height: 800 },
    javaScriptEnabled: false,
  });
  const givePassword = async () => {
    await page.goto(`${url}/sign-in`);
    await page.getByLabel('User ID (NCID)', { exact: true }).fill('maria.lopez');
    await page.getByLabel('Password', { exact: true }).fill(goodPassword);
    await page.keyboard.press('Enter');
  };
  await givePassword();
  await page.getByRole('link', { name: 'use a passkey' }).click();
  await page.getByText('A passkey needs JavaScript').waitFor();
  t.notOk(
    await page.getByRole('button', { name: 'Set up a passkey' }).isVisible(),
    'no button that does nothing',
  );
  await page.getByRole('link', { name: 'use an authenticator app' }).click();
  const secret = await enrolAuthenticator(page, { nowMs: now() });
  await page.getByRole('button', { name: 'Sign out' }).click();
  pass(30_000);
  await givePassword();
  await page.getByLabel('6-digit code', { exact: true }).fill(codeOf(secret, now()));
  await page.getByRole('button', { name: 'Confirm', exact: true }).click();
  await page.getByRole('heading', { name: 'Welcome, Quentin' }).waitFor();
});
