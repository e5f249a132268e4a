// Sign-in at an external OpenID Connect provider (npm: oidc-provider) in a real browser, by the keyboard alone: there and
// back, SFTP Account Setup with a password of its own, the sign-in anew, signing out; and who is not let in. At desktop
// and phone width, with script and without.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { t as file, test } from 'tap';
import { addPartnerAndUser, startTestGateway } from '../support/gateway.ts';
import { enterBy, tabTo, typeBy } from '../support/keyboard.ts';
import { clientId, clientSecret, startProvider } from '../support/oidc-provider.ts';
import { lookAtPage, looks } from '../support/page-look.ts';
import { openBrowserPage, shareBrowser, whyNoBrowser } from '../support/portal-browser.ts';
import { makeTestFolder } from '../support/test-folder.ts';

const skip = whyNoBrowser() ?? false;
const theBrowser = shareBrowser(file);
const provider = await startProvider();
file.teardown(() => provider.close());
const root = makeTestFolder(file);
const clientSecretFile = join(root, 'client-secret');
writeFileSync(clientSecretFile, `${clientSecret}\n`, { mode: 0o600 });
const oidc = { issuer: provider.issuer, clientId, clientSecretFile, name: 'State ID', requireAmr: ['otp'] };
const { core, gateway } = await startTestGateway(file, {
  root,
  config: { roles: ['portal'], identity: { oidc } },
});
const url = `http://127.0.0.1:${gateway.portal?.port}`;
provider.register(url);
const password = 'Copper-Heron-7-Lake';

test('a user of the state’s identity system signs in there, sets SFTP up, and signs out', {
  skip,
}, async (t) => {
  const browser = await theBrowser();
  for (const look of looks) {
    const user = `maria.${look.file}`;
    await addPartnerAndUser(core, { partner: 'acme', user });
    const person = { sub: `subject-${user}`, amr: ['pwd', 'otp'], claims: { preferred_username: user } };
    const { page, complaints } = await openBrowserPage(browser, {
      viewport: { width: look.width, height: 800 },
      javaScriptEnabled: look.script,
    });
    const see = (name: string) => lookAtPage(t, { page, look, name: `provider-${name}` });
    const button = (name: string | RegExp) => page.getByRole('button', { name });
    const link = (name: string | RegExp) => page.getByRole('link', { name }).first();
    const heading = (name: string) => page.getByRole('heading', { name }).first().waitFor();
    const type = (label: string, text: string) => typeBy(page, page.getByLabel(label, { exact: true }), text);

    await page.goto(`${url}/sign-in?next=/trading-partner/sftp-account`);
    await see('1-sign-in');
    provider.person = { ...person, sub: '' };
    await enterBy(page, link('Sign in at State ID'));
    await page.getByText('cancelled or refused').waitFor();
    await see('2-refused');
    provider.person = { ...person, amr: ['pwd'] };
    await page.goto(`${url}/sign-in`);
    await enterBy(page, link('Sign in at State ID'));
    await page.getByText('without a second step').waitFor();
    await see('3-no-second-step');
    await page.context().clearCookies();
    provider.person = person;
    await page.goto(`${url}/sign-in?next=/trading-partner/sftp-account`);
    await enterBy(page, link('Sign in at State ID'));
    await heading('SFTP Account Setup/Update');
    await page.getByText('SFTP does not take your password at State ID').waitFor();
    await see('4-setup');
    await enterBy(page, button(/^Setup$/));
    await heading('There is a problem');
    await see('5-setup-refused');
    await type('SFTP password', password);
    await type('SFTP password again', password);
    await tabTo(page, page.getByRole('checkbox'));
    await page.keyboard.press('Space');
    await enterBy(page, button(/^Setup$/));
    await heading('Your SFTP account is set up');
    await see('6-set-up');
    const proof = { kind: 'password', password } as const;
    const login = await core.gate.authenticate({ userName: user, address: '127.0.0.1', proof });
    t.match(login, { kind: 'accepted' }, 'SFTP takes the password of its own');

    const aged = { authenticated_at_ms: Date.now() - 11 * 60_000 };
    await core.database.sql.updateTable('portal_sessions').set(aged).where('user_id', '=', user).execute();
    await page.goto(`${url}/trading-partner/sftp-account`);
    await page.getByText('needs a sign-in that is only minutes old').waitFor();
    await see('7-sign-in-again');
    await enterBy(page, link(/sign in (again )?at State ID/i));
    await page.getByLabel('SFTP password', { exact: true }).waitFor();
    t.same(complaints, [], 'the browser refused nothing and reported no error');
    // The provider's own page asks for a font of another site, which there is not.
    await enterBy(page, button('Sign out'));
    await page.waitForURL((at) => at.href.startsWith(`${provider.issuer}/`));
    t.match(page.url(), /session\/end/, 'signed out there too');
    await page.goto(`${url}/home`);
    t.match(page.url(), /\/sign-in/, 'and here');
    await page.context().close();
  }
});
