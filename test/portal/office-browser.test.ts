// The pages of users and invitations in a real browser, at desktop and phone width and without script, judged by
// axe-core. Pictures go to CLAIMGATE_SCREENSHOTS when it names a directory.

import { join } from 'node:path';
import { t as file, test } from 'tap';
import { listMails } from '../../storage/mail-store.ts';
import { nameRole } from '../support/office.ts';
import { addUser, administrator, goodPassword, openPortal } from '../support/portal.ts';
import { axeViolations, openBrowserPage, shareBrowser, whyNoBrowser } from '../support/portal-browser.ts';
import { userId } from '../support/storage.ts';

const skip = whyNoBrowser() ?? false;
const theBrowser = shareBrowser(file);
const screenshots = process.env['CLAIMGATE_SCREENSHOTS'];

const looks = [
  { title: 'at desktop width', file: 'desktop', width: 1280, javaScriptEnabled: true },
  { title: 'at phone width', file: 'phone', width: 375, javaScriptEnabled: true },
  { title: 'without script', file: 'plain', width: 1280, javaScriptEnabled: false },
] as const;

for (const look of looks) {
  test(`an office administrator invites someone, who joins and is removed, ${look.title}`, {
    skip,
  }, async (t) => {
    const { url, database, directory, secrets } = await openPortal(t, { secondFactor: 'off' });
    await addUser({ database, directory, id: 'gus.gray', partner: 'acme', firstName: 'Gus' });
    await nameRole(database, { partner: 'acme', user: 'maria.lopez', role: 'office-administrator' });
    await directory.add({
      id: userId('nora.new'),
      partnerId: undefined,
      firstName: 'Nora',
      lastName: 'Newcomer',
      email: 'nora@new.example',
      role: undefined,
      password: goodPassword,
      actor: administrator,
    });
    const browser = await theBrowser();
    const { page, complaints } = await openBrowserPage(browser, {
      viewport: { width: look.width, height: 800 },
      javaScriptEnabled: look.javaScriptEnabled,
    });
    let shot = 0;
    const check = async (name: string) => {
      shot += 1;
      if (screenshots !== undefined) {
        const path = join(screenshots, `office-${look.file}-${shot}-${name}.png`);
        await page.screenshot({ path, fullPage: true });
      }
      // axe-core is a script itself.
      if (look.javaScriptEnabled) t.same(await axeViolations(page), [], `${name}: axe-core finds nothing`);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      t.ok(Number(width) <= look.width, `${name}: nothing is wider than the screen`);
    };
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    const heading = (name: string) => page.getByRole('heading', { name }).first().waitFor();
    const signIn = async (user: string, next: string) => {
      await page.goto(new URL(`/sign-in?next=${next}`, url).href);
      await page.getByLabel('User ID (NCID)', { exact: true }).fill(user);
      await page.getByLabel('Password', { exact: true }).fill(goodPassword);
      await page.keyboard.press('Enter');
    };

    await signIn('maria.lopez', '/trading-partner/users');
    await heading('Users');
    await check('users');
    await page.getByRole('link', { name: 'Invite a user' }).click();
    await heading('Invite a user');
    await page.getByLabel('E-mail address').fill('nobody');
    await press('Send invitation');
    await heading('There is a problem');
    await check('invite-refused');
    await page.getByLabel('E-mail address').fill('nora@new.example');
    await page.getByText('837P, Professional claims').click();
    await press('Send invitation');
    await heading('The invitation is on its way');
    await check('invited');
    await press('Sign out');

    const [mail] = await listMails(database, { limit: 1 });
    const token = secrets.tokenOf({ id: mail?.secretId ?? '', purpose: 'partner-invitation' });
    await page.goto(new URL(`/link?token=${token}`, url).href);
    await heading('Join Acme Clearing House');
    t.notMatch(page.url(), /token/, 'the token is in the address no more');
    await check('join-signed-out');
    await signIn('nora.new', '/invitation');
    await heading('Join Acme Clearing House');
    await check('join');
    await press('Join Acme Clearing House');
    await heading('Welcome, Nora');
    await check('joined');
    await press('Sign out');

    await signIn('maria.lopez', '/trading-partner/users');
    await page.getByRole('link', { name: 'nora.new' }).click();
    await heading('User nora.new');
    await check('user');
    await page.getByText('Yes, remove nora.new').click();
    await press('Remove user');
    await heading('The user is removed');
    await check('removed');
    t.same(complaints, [], 'the browser refused nothing and reported no error');
  });
}
