// The whole way of a new user in a real browser, over the real gateway: registration, the mailed confirmation, sign-in,
// the second factor, the invitation into a trading partner, SFTP Account Setup; then stock OpenSSH signs in and puts a
// file, and the browser reads the explained 999. The same with script off.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { t as file, test } from 'tap';
import { readClaims } from '../support/claims.ts';
import { addPartnerAndUser, firstPassword, startTestGateway, waitForAnswers } from '../support/gateway.ts';
import { linkIn, waitForMail } from '../support/mail.ts';
import { nameRole } from '../support/office.ts';
import {
  enrolAuthenticator,
  openBrowserPage,
  shareBrowser,
  whyNoBrowser,
} from '../support/portal-browser.ts';
import { opensshSftp } from '../support/stock-clients.ts';

const skip = whyNoBrowser() ?? false;
const theBrowser = shareBrowser(file);
const running = await startTestGateway(file);
const { core, dataDirectory, clientDirectory } = running;
const office = { partner: 'acme', user: 'olga.office' };
await addPartnerAndUser(core, office);
await nameRole(core.database, { ...office, role: 'office-administrator' });
const url = `http://127.0.0.1:${running.gateway.portal?.port}`;
const mails = join(dataDirectory, 'mail');
const password = 'Copper-Heron-7-Lake';

const looks = [
  { title: 'with script', user: 'ada.lovelace', script: true, controlNumber: 501 },
  { title: 'with script off', user: 'grace.hopper', script: false, controlNumber: 502 },
] as const;

/** The office administrator invites an address to send 837P and to receive the 999. */
async function invite(email: string): Promise<void> {
  const browser = running.browser();
  await browser.signIn(office.user, firstPassword);
  await browser.fillIn('/trading-partner/users/invite', {
    email,
    role: 'general-user',
    send_837P: 'yes',
    receive_999: 'yes',
    receive_TA1: 'yes',
  });
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const follow = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).first().click();
const heading = (page: Page, name: string) => page.getByRole('heading', { name }).first().waitFor();

async function register(page: Page, user: string, email: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('main').getByRole('link', { name: 'Claimgate Secure Portal' }).click();
  await heading(page, 'Sign in');
  await page.goto(`${url}/register`);
  await follow(page, 'Register as an individual');
  for (const [label, value] of [
    ['Desired Username', user],
    ['First name', 'Ada'],
    ['Last name', 'Byron-King'],
    ['E-mail address', email],
    ['Confirm e-mail address', email],
    ['Mobile phone number', '(919) 555-0100'],
    ['Password', password],
    ['Re-enter password', password],
  ] as const)
    await page.getByLabel(label, { exact: true }).fill(value);
  await press(page, 'Continue');
  await heading(page, 'One more step');
  await page.goto(
    url + linkIn(await waitForMail(mails, { subject: /Confirm your e-mail address/, to: email })),
  );
  await press(page, 'Confirm my e-mail address');
  await heading(page, 'Your e-mail address is confirmed');
}

async function signIn(page: Page, user: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('User ID (NCID)', { exact: true }).fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await press(page, 'Sign in');
  await enrolAuthenticator(page, { nowMs: Date.now() });
  await heading(page, 'Welcome, Ada');
}

for (const look of looks) {
  test(`from registration to the explained 999, ${look.title}`, { skip }, async (t) => {
    const { user } = look;
    const email = `${user}@example.org`;
    const browser = await theBrowser();
    const { page, complaints } = await openBrowserPage(browser, {
      viewport: { width: 1280, height: 900 },
      javaScriptEnabled: look.script,
    });
    await register(page, user, email);
    await signIn(page, user);
    await heading(page, 'You belong to no trading partner yet');
    t.equal(await page.getByRole('link', { name: 'Batch Transfer' }).count(), 0, 'no menu of a partner yet');

    await invite(email);
    await page.goto(url + linkIn(await waitForMail(mails, { subject: /invit/i, to: email })));
    await press(page, 'Join Partner acme');
    await page
      .getByRole('navigation', { name: 'Menu' })
      .getByRole('link', { name: 'SFTP Account Setup/Update' })
      .click();
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByText('I agree that I am responsible').click();
    await press(page, 'Setup');
    await heading(page, 'Your SFTP account is set up');

    const name = `${user}.x12`;
    writeFileSync(join(clientDirectory, name), readClaims('ele-13-gender-R', look.controlNumber));
    const commands = [{ kind: 'put', local: name, remote: `/inbound/${name}` }] as const;
    const ran = await opensshSftp.run(running.target(user), { cwd: clientDirectory, password, commands });
    t.equal(ran.code, 0, ran.out);
    await waitForAnswers(dataDirectory, { partner: office.partner, file: name });

    await page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name: 'Transmissions' }).click();
    await follow(page, name);
    await follow(page, 'See what was found');
    await heading(page, 'Rejected');
    const finding = page.getByRole('article').first();
    t.match(await finding.textContent(), /DMG03.*holds a code that does not exist/);
    t.match(await finding.locator('mark').textContent(), 'R');
    await page
      .getByRole('navigation', { name: 'Menu' })
      .getByRole('link', { name: 'Batch Transfer' })
      .click();
    await page.getByRole('link', { name: new RegExp(`^What it answers \\(${name}`) }).waitFor();
    t.same(complaints, []);
  });
}
