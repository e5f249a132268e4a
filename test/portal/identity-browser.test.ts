// Registering and getting back in, in a real browser: at desktop and phone width, with script and without, judged by
// axe-core. Pictures of every page go to CLAIMGATE_SCREENSHOTS when it names a directory.

import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { t as file, test } from 'tap';
import { codeIn, linkIn, startPortalMailer, waitForMail } from '../support/mail.ts';
import { openPortal } from '../support/portal.ts';
import {
  axeViolations,
  comesIntoFocus,
  openBrowserPage,
  shareBrowser,
  whyNoBrowser,
} from '../support/portal-browser.ts';

const skip = whyNoBrowser() ?? false;
const theBrowser = shareBrowser(file);
const screenshots = process.env['CLAIMGATE_SCREENSHOTS'];

const looks = [
  { title: 'at desktop width', file: 'desktop', width: 1280, javaScriptEnabled: true },
  { title: 'at phone width', file: 'phone', width: 375, javaScriptEnabled: true },
  { title: 'without script', file: 'plain', width: 1280, javaScriptEnabled: false },
] as const;

const password = 'Copper-Heron-7-Lake';

async function enter(page: Page, label: string | RegExp, text: string): Promise<void> {
  await page.getByLabel(label, { exact: typeof label === 'string' }).fill(text);
}

for (const look of looks) {
  test(`a visitor registers, confirms, forgets the password and chooses a new one, ${look.title}`, {
    skip,
  }, async (t) => {
    const running = await openPortal(t);
    const folder = startPortalMailer(running);
    const browser = await theBrowser();
    const { page, complaints } = await openBrowserPage(browser, {
      viewport: { width: look.width, height: 800 },
      javaScriptEnabled: look.javaScriptEnabled,
    });
    let shot = 0;
    const check = async (name: string) => {
      shot += 1;
      if (screenshots !== undefined) {
        const file = `identity-${look.file}-${String(shot).padStart(2, '0')}-${name}.png`;
        await page.screenshot({ path: join(screenshots, file), fullPage: true });
      }
      if (look.javaScriptEnabled) t.same(await axeViolations(page), [], `${name}: axe-core finds nothing`);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      t.ok(Number(width) <= look.width, `${name}: nothing is wider than the screen`);
    };
    const press = (button: string) => page.getByRole('button', { name: button, exact: true }).click();
    const open = (link: string) => page.goto(new URL(link, running.url).href);
    const met = () => page.locator('.usa-checklist__item--checked').count();

    await open('/sign-in');
    await page.getByRole('link', { name: 'Register', exact: true }).click();
    await check('register');
    await page.getByRole('link', { name: 'Register for a business' }).click();
    await check('register-form');
    await press('Continue');
    t.ok(await comesIntoFocus(page, 'error-summary'), 'the summary has the focus');
    await check('register-refused');
    await enter(page, 'Desired Username', 'ada.lovelace');
    await enter(page, 'First name', 'Ada');
    await enter(page, 'Last name', 'Lovelace');
    await enter(page, 'Business name', 'Byron & Sons, Inc.');
    await enter(page, 'E-mail address', 'ada@example.org');
    await enter(page, 'Confirm e-mail address', 'ada@example.org');
    await enter(page, 'Mobile phone number', '919-555-0100');
    await enter(page, 'Password', 'Ada.Lovelace-123');
    if (look.javaScriptEnabled) t.equal(await met(), 3, 'the name and the sequence are not ticked off');
    await check('register-checklist');
    await enter(page, 'Password', password);
    if (look.javaScriptEnabled) t.equal(await met(), 5, 'every rule is ticked off');
    else t.equal(await met(), 0, 'without script it is a plain list');
    await enter(page, 'Re-enter password', password);
    await press('Continue');
    await page.getByRole('heading', { name: 'Check your e-mail' }).waitFor();
    await check('register-sent');
    await page.getByRole('link', { name: 'have it sent again' }).click();
    await check('resend');

    await open(linkIn(await waitForMail(folder, { subject: /Confirm your e-mail/ })));
    t.notMatch(page.url(), /token/, 'the token has left the address');
    await check('confirm');
    await press('Confirm my e-mail address');
    await page.getByRole('heading', { name: 'Your e-mail address is confirmed' }).waitFor();
    await check('confirmed');

    await open('/recover');
    await check('recover');
    await open('/recover/username');
    await check('forgot-username');
    await enter(page, 'First name', 'Ada');
    await enter(page, 'Last name', 'Lovelace');
    await enter(page, 'E-mail address', 'ada@example.org');
    await press('Search');
    await check('username-sent');
    await open('/recover/unlock');
    await check('unlock');
    await open('/recover/password');
    await check('forgot-password');
    await enter(page, 'User ID (NCID)', 'ada.lovelace');
    await press('Search');
    await check('code');
    await enter(page, 'Code', '12345');
    await press('Continue');
    await page.getByRole('link', { name: /The code is not right/ }).waitFor();
    await check('code-refused');
    await enter(page, 'Code', codeIn(await waitForMail(folder, { subject: /Choose a new/ })));
    await press('Continue');
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    await check('new-password');
    await enter(page, 'New password', 'Quiet-Falcon-3-Ridge');
    await enter(page, 'New password again', 'Quiet-Falcon-3-Ridge');
    await press('Save the password');
    await page.getByRole('heading', { name: 'You have a new password' }).waitFor();
    await check('password-set');
    await open('/link?token=worth-nothing');
    await check('spent-link');
    t.same(complaints, [], 'the browser refused nothing and reported no error');
  });
}
