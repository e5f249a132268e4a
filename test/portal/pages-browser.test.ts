// Every page (test/support/portal-pages.ts) in a real browser, at desktop and phone width: axe-core finds nothing, the
// keyboard alone reaches everything, nothing is wider than the screen, and without script there is the same page.
// `npm run screenshots -- DIR` has the pictures.

import type { Browser, Page } from 'playwright-core';
import { t as file, type Test, test } from 'tap';
import { countActivity } from '../../storage/activity-counts.ts';
import { switchAdministrator } from '../../storage/role-store.ts';
import { storedUserId } from '../../storage/stored-id.ts';
import { readClaims } from '../support/claims.ts';
import {
  addPartnerAndUser,
  administrator,
  doSetupStep,
  firstPassword,
  startTestGateway,
} from '../support/gateway.ts';
import { nameRole } from '../support/office.ts';
import { type Look, lookAtPage, looks } from '../support/page-look.ts';
import { newPublicKeyLine, type PlainBrowser } from '../support/portal.ts';
import { launchBrowser, openBrowserPage, whyNoBrowser } from '../support/portal-browser.ts';
import {
  administratorPages,
  newcomerPages,
  type PageLine,
  partnerPages,
  publicPages,
} from '../support/portal-pages.ts';
import { sendAndAwait } from '../support/send-file.ts';

const skip = whyNoBrowser() ?? false;

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

const running = await startTestGateway(file, {
  config: {
    roles: ['intake', 'portal', 'sftp'],
    portal: {
      warningHeading: 'AVOID SUSPENSION: CHECK YOUR RE-VERIFICATION DUE DATE TODAY',
      warningItems: ['Look into your message center inbox for 70-day notifications.'],
      maintenance: [{ text: 'Batch Transfer and SFTP rest.', from: inHours(24), until: inHours(28) }],
      quickLinks: [{ text: 'Checkwrite Schedule', url: 'https://agency.example/checkwrite' }],
    },
  },
});
const { core } = running;
const mine = { partner: 'acme', user: 'maria.lopez' };
await addPartnerAndUser(core, mine);
await addPartnerAndUser(core, { partner: 'acme', user: 'dora.diaz' });
await nameRole(core.database, { ...mine, role: 'office-administrator' });
const plain = running.browser();
await plain.signIn(mine.user, firstPassword);
await doSetupStep(plain, { user: mine.user, password: firstPassword });
await plain.fillIn('/trading-partner/sftp-account/keys', { name: 'Night', 'public-key': newPublicKeyLine() });
await addPartnerAndUser(core, { partner: 'beta', user: 'nell.new', submitterId: 'BETA' });
const newcomer = running.browser();
await newcomer.signIn('nell.new', firstPassword);
const send = (name: string, content: string) => sendAndAwait(core, { ...mine, name, content });
const samples: Readonly<Record<string, string>> = {
  good: await send('claims-2026-11-20.x12', readClaims('d-00-valid', 11)),
  bad: await send('claims-2026-11-21.x12', readClaims('ele-13-gender-R', 12)),
  envelope: await send('eligibility.x12', readClaims('env-05-isa05-bad-qualifier', 13)),
  letter: await send('letter.txt', 'Dear Sir or Madam'),
};
const runner = running.browser();
await addPartnerAndUser(core, { partner: 'agency', user: 'rita.runs', submitterId: 'AGENCY' });
await switchAdministrator(core.database, {
  userId: storedUserId('rita.runs'),
  to: 'given',
  actor: administrator,
});
await runner.signIn('rita.runs', firstPassword);
while (await countActivity(core.database));
await runner.fillIn(`/administration/transmissions/${samples['good']}`, {
  reason: 'The partner asked why its claims wait.',
  minutes: '15',
});
// By name: browsers make passkeys for names, not for addresses.
const url = `http://localhost:${running.gateway.portal?.port}`;
const browser: Browser | undefined = skip === false ? await launchBrowser() : undefined;
file.teardown(() => browser?.close());

for (const look of looks) {
  test(`every page, ${look.title}`, { skip }, async (t) => {
    if (browser === undefined) throw new Error('There is no browser.');
    const { page, complaints } = await openBrowserPage(browser, {
      viewport: { width: look.width, height: 900 },
      javaScriptEnabled: look.script,
    });
    for (const line of publicPages) await check(t, { page, look, line });
    const enterAs = ({ cookies }: PlainBrowser) =>
      page.context().addCookies([...cookies].map(([name, value]) => ({ name, value, url })));
    await enterAs(newcomer);
    for (const line of newcomerPages) await check(t, { page, look, line });
    await page.context().clearCookies();
    await enterAs(plain);
    for (const line of partnerPages) await check(t, { page, look, line });
    await page.context().clearCookies();
    await enterAs(runner);
    for (const line of administratorPages) await check(t, { page, look, line });
    t.same(complaints, [], 'the browser refused nothing and reported no error');
    await page.context().close();
  });
}

async function check(
  t: Pick<Test, 'same' | 'ok' | 'not'>,
  input: { readonly page: Page; readonly look: Look; readonly line: PageLine },
): Promise<void> {
  const { page, look, line } = input;
  const [name, template] = line;
  const path = template.replace(/\{(\w+)\}/g, (_, sample: string) => samples[sample] ?? '');
  const answer = await page.goto(url + path);
  t.not(answer?.status(), 500, `${name}: the page is there`);
  if (name !== 'not-found' && name !== 'new-invitation' && name !== 'spent-link')
    t.not(answer?.status(), 404, `${name}: the page is there`);
  if (!path.startsWith('/sign-in'))
    t.ok(!page.url().includes('/sign-in'), `${name}: it is shown to who may see it`);
  await lookAtPage(t, { page, look, name });
}
