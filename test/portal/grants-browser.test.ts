// Manage Transaction for User in a real browser: by keyboard, at desktop and phone width, with script and without,
// judged by axe-core. Pictures go to CLAIMGATE_SCREENSHOTS when it names a directory.

import { join } from 'node:path';
import { t as file, test } from 'tap';
import { printRight } from '../../domain/right.ts';
import { readGrants } from '../../storage/grant-store.ts';
import { giveRights, nameRole } from '../support/office.ts';
import { addUser, goodPassword, openPortal } from '../support/portal.ts';
import {
  axeViolations,
  comesIntoFocus,
  openBrowserPage,
  shareBrowser,
  whyNoBrowser,
} from '../support/portal-browser.ts';
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
  test(`an office administrator manages transactions by keyboard, ${look.title}`, { skip }, async (t) => {
    const { url, database, directory } = await openPortal(t, { secondFactor: 'off' });
    for (const id of ['una.uribe', 'gus.gray'])
      await addUser({ database, directory, id, partner: 'acme', firstName: id.split('.')[0] ?? '' });
    await nameRole(database, { partner: 'acme', user: 'maria.lopez', role: 'office-administrator' });
    await nameRole(database, { partner: 'acme', user: 'una.uribe', role: 'user-administrator' });
    await giveRights(database, { partner: 'acme', user: 'gus.gray', rights: ['send 837P', 'receive 999'] });
    const browser = await theBrowser();
    const { page, complaints } = await openBrowserPage(browser, {
      viewport: { width: look.width, height: 800 },
      javaScriptEnabled: look.javaScriptEnabled,
    });
    let shot = 0;
    const check = async (name: string) => {
      shot += 1;
      if (screenshots !== undefined) {
        const path = join(screenshots, `grants-${look.file}-${shot}-${name}.png`);
        await page.screenshot({ path, fullPage: true });
      }
      // axe-core is a script itself.
      if (look.javaScriptEnabled) t.same(await axeViolations(page), [], `${name}: axe-core finds nothing`);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      t.ok(Number(width) <= look.width, `${name}: nothing is wider than the screen`);
    };

    await page.goto(new URL('/sign-in?next=/trading-partner/manage-transaction', url).href);
    await page.getByLabel('User ID (NCID)', { exact: true }).fill('maria.lopez');
    await page.getByLabel('Password', { exact: true }).fill(goodPassword);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Manage Transaction for User', level: 1 }).waitFor();
    await check('matrix');
    t.equal(
      await page.getByRole('group', { name: 'MAY SEND' }).count(),
      1,
      'each direction is a group with a name',
    );
    const box = (name: string) => page.getByRole('checkbox', { name });
    t.ok(await box('837P Professional claims: gus.gray may send it').isChecked());
    const institutional = box('837I Institutional claims: gus.gray may send it');
    t.notOk(await institutional.isChecked());
    await institutional.focus();
    await page.keyboard.press('Space');
    t.ok(await institutional.isChecked(), 'the space bar checks it');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    t.notOk(
      await box('837P Professional claims: gus.gray may send it').isChecked(),
      'Tab goes on to the next',
    );
    await page.getByRole('button', { name: 'Save changes' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your changes are saved' }).waitFor();
    await check('saved');
    const { rights } = await readGrants(database, userId('gus.gray'));
    t.same(rights.map(printRight), ['send 837I', 'receive 999']);

    await giveRights(database, { partner: 'acme', user: 'gus.gray', rights: ['send 270'] });
    await institutional.focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Save changes' }).press('Enter');
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    t.ok(await comesIntoFocus(page, 'error-summary'), 'the summary has the focus');
    await check('outdated');
    await page.getByRole('link', { name: 'gus.gray' }).first().click();
    await page.getByRole('heading', { name: 'Transactions of gus.gray' }).waitFor();
    await check('history');
    t.same(complaints, [], 'the browser refused nothing and reported no error');
  });
}
