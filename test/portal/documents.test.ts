import { existsSync, readFileSync } from 'node:fs';
import { test } from 'tap';
import { openPlainBrowser, openPortal } from '../support/portal.ts';

test('the public home lists the documents by their published names, and each that is offered is there', async (t) => {
  const { url } = await openPortal(t);
  const browser = openPlainBrowser(url);
  const home = await browser.get('/');
  for (const title of [
    '837D Dental Health Care Claim',
    '837I Institutional Health Care Claim',
    '837P Professional Health Care Claim',
    '999 Implementation Acknowledgement',
    'NCPDP D.0 / Pharmaceutical Drug Claims (not offered by this gateway yet)',
    '837P Outbound Professional Health Care Claim',
    '837I Outbound Institutional Health Care Claim',
    'Trading Partner Connectivity Guide',
    'Implementation of CAQH CORE Phase III Operating Rules',
    'Trading Partner User Role Assignment Process',
  ])
    t.ok(home.text.includes(title), title);
  const links = [...home.html.matchAll(/href="(\/documents\/[^"]*)"/g)].map(([, path = '']) => path);
  t.equal(links.length, 6);
  for (const path of [...links, '/documents']) t.equal((await browser.get(path)).status, 200, path);
  t.equal((await browser.get('/documents/companion-guide/835')).status, 404);
});

test('a companion guide says what the gateway does', async (t) => {
  const { url } = await openPortal(t);
  const browser = openPlainBrowser(url);
  const guide = await browser.get('/documents/companion-guide/837p');
  t.match(guide.text, /005010X222A1; no other addenda/);
  t.match(guide.text, /A TA1 when ISA14 is 1, and always when the interchange has an error/);
  t.match(guide.text, /within 365 days is a duplicate/);
  t.match(guide.text, /Told in the portal: the set is accepted \(IK5 A\) What is wrong SNIP type/);
  t.notMatch(guide.text, /tooth/, 'what is asked of dental claims stands in their guide alone');
  const codes = await browser.get('/documents/companion-guide/999');
  t.match(codes.text, /IK403: errors of an element.*The code does not exist/);
  const connectivity = await browser.get('/documents/connectivity-guide');
  t.match(connectivity.text, /sftp\.agency\.example.*2022.*SHA256:0123.*curve25519-sha256/);
});

test('the warning box, quick links and planned maintenance come from the settings', async (t) => {
  const { url, pass, now } = await openPortal(t, {
    warningHeading: 'CHECK YOUR DUE DATE TODAY',
    warningItems: ['Look into your message center.'],
    quickLinks: [{ text: 'Checkwrite Schedule', url: 'https://agency.example/checkwrite' }],
    maintenance: [
      { text: 'No file transfer.', from: '2025-11-29T02:00:00Z', until: '2025-11-29T06:00:00-00:00' },
    ],
    maintenanceAheadMs: 3 * 24 * 3_600_000,
  });
  const browser = openPlainBrowser(url);
  const early = await browser.get('/');
  t.match(early.text, /CHECK YOUR DUE DATE TODAY Look into your message center\./);
  t.match(early.html, /<a href="https:\/\/agency\.example\/checkwrite">Checkwrite Schedule<\/a>/);
  t.notMatch(early.text, /maintenance/i);
  const goTo = (time: string) => pass(Date.parse(time) - now());
  goTo('2025-11-27T00:00:00Z');
  t.match(
    (await browser.get('/sign-in')).text,
    /Planned maintenance: No file transfer\. November 29, 2025 at 2:00 AM UTC to/,
  );
  goTo('2025-11-29T03:00:00Z');
  t.match((await browser.get('/')).text, /Maintenance under way: No file transfer/);
  goTo('2025-11-29T06:00:00Z');
  t.notMatch((await browser.get('/')).text, /maintenance/i);
});

test('docs/portal-sources.md names tests that there are', async (t) => {
  const text = readFileSync(new URL('../../docs/portal-sources.md', import.meta.url), 'utf8');
  const named = [...text.matchAll(/`((?:portal|auth|e2e|server)\/[a-z-]+)`/g)].map(([, name = '']) => name);
  t.ok(named.length > 50);
  for (const name of new Set(named))
    t.ok(existsSync(new URL(`../${name}.test.ts`, import.meta.url)), `test/${name}.test.ts`);
});
