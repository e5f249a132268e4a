// The sign-in by a mailed code in a real browser, by the keyboard alone: at desktop and phone width, with script and
// without; every page on the way is looked at.

import { t as file, test } from 'tap';
import { enterBy, typeBy } from '../support/keyboard.ts';
import { codeIn, startPortalMailer, waitForMail } from '../support/mail.ts';
import { lookAtPage, looks } from '../support/page-look.ts';
import { goodPassword, openPortal } from '../support/portal.ts';
import { openBrowserPage, shareBrowser, whyNoBrowser } from '../support/portal-browser.ts';

const skip = whyNoBrowser() ?? false;
const theBrowser = shareBrowser(file);

test('someone without a second factor signs in by a mailed code, by the keyboard alone', {
  skip,
}, async (t) => {
  const browser = await theBrowser();
  for (const look of looks) {
    const running = await openPortal(t, {}, { emailCode: true });
    const folder = startPortalMailer(running);
    const { page, complaints } = await openBrowserPage(browser, {
      viewport: { width: look.width, height: 800 },
      javaScriptEnabled: look.script,
    });
    const see = (name: string) => lookAtPage(t, { page, look, name: `email-code-${name}` });
    const press = (name: string) => enterBy(page, page.getByRole('button', { name, exact: true }));
    const type = (label: string, text: string) => typeBy(page, page.getByLabel(label, { exact: true }), text);
    const heading = (name: string) => page.getByRole('heading', { name }).first().waitFor();

    await page.goto(`${running.url}/sign-in?next=/account/second-factors`);
    await type('User ID (NCID)', 'maria.lopez');
    await type('Password', goodPassword);
    await press('Sign in');
    await heading('Set up an authenticator app');
    await see('1-offered');
    await enterBy(page, page.locator('a[href="/sign-in/email-code"]'));
    await page.waitForURL('**/sign-in/email-code');
    await see('2-asked');
    await press('Send a code to my e-mail address');
    await heading('The code is on its way');
    await see('3-sent');
    const code = codeIn(await waitForMail(folder, { subject: /sign-in code/ }));
    await type('6-digit code', code === '000000' ? '111111' : '000000');
    await press('Confirm');
    await page.getByRole('link', { name: /The code is not right/ }).waitFor();
    await see('4-refused');
    await type('6-digit code', code);
    await press('Confirm');
    await heading('Second Factors');
    await see('5-signed-in');
    t.match(page.url(), /\/account\/second-factors$/, 'to the page that was wanted');

    running.pass(11 * 60_000);
    await page.goto(`${running.url}/trading-partner/sftp-account/keys`);
    t.match(page.url(), /\/account\/confirm\?next=/, 'asked again before a sensitive act');
    await see('6-asked-again');
    t.same(complaints, [], 'the browser refused nothing and reported no error');
    await page.context().close();
  }
});
