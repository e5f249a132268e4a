// Batch Transfer in a real browser: the pre-check, progress, the receipt that follows the file to its answer; cancelling;
// and the same by a plain form, without script.

import type { Page } from 'playwright-core';
import { t as file, test } from 'tap';
import { readClaims } from '../support/claims.ts';
import { addPartnerAndUser, firstPassword, startTestGateway } from '../support/gateway.ts';
import { openBrowserPage, shareBrowser, whyNoBrowser } from '../support/portal-browser.ts';

const skip = whyNoBrowser() ?? false;
const theBrowser = shareBrowser(file);
const running = await startTestGateway(file, { config: { roles: ['intake', 'portal'] } });
const mine = { partner: 'acme', user: 'maria.lopez' };
await addPartnerAndUser(running.core, mine);
const url = `http://127.0.0.1:${running.gateway.portal?.port}`;
const batch = `${url}/trading-partner/batch-transfer`;

async function open(
  javaScriptEnabled: boolean,
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const plain = running.browser();
  await plain.signIn(mine.user, firstPassword);
  const browser = await theBrowser();
  const opened = await openBrowserPage(browser, {
    viewport: { width: 1280, height: 900 },
    javaScriptEnabled,
  });
  await opened.page.context().addCookies([...plain.cookies].map(([name, value]) => ({ name, value, url })));
  await opened.page.goto(batch);
  return opened;
}

const x12 = (name: string, controlNumber: number) => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(readClaims('d-00-valid', controlNumber)),
});
const rows = (name: string) =>
  running.core.database.sql.selectFrom('transmissions').selectAll().where('name', '=', name).execute();

test('files are looked at before they are sent, and followed to their answers', { skip }, async (t) => {
  const { page, complaints } = await open(true);
  const input = page.getByLabel('X12 files');
  await input.setInputFiles([
    { name: 'empty.x12', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
    { name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('Dear Sir') },
    x12('fine.x12', 301),
  ]);
  await page.getByText('3 files chosen, 1 cannot be sent.').waitFor();
  const chosen = await page.getByRole('list', { name: 'Chosen files' }).textContent();
  t.match(chosen, /empty\.x12 \(0 bytes\): The file is empty\./);
  t.match(chosen, /letter\.txt \(8 bytes\): This does not look like X12/);
  t.match(chosen, /fine\.x12 \(\d+ bytes\)$/);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  t.match(await page.getByRole('alert').textContent(), /empty\.x12: The file is empty/);
  t.same(await rows('fine.x12'), [], 'nothing was sent');

  await input.setInputFiles([x12('one.x12', 302), x12('two.x12', 303)]);
  await page.getByText('2 files chosen.').waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('heading', { name: '2 files were received' }).waitFor();
  const one = page.getByRole('region', { name: 'one.x12', exact: true });
  await one.getByText('Accepted', { exact: true }).waitFor({ timeout: 30_000 });
  t.match(await one.textContent(), /Tracking ID[0-9a-f-]{36}/);
  t.same(complaints, []);
});

test('an upload under way shows its progress and can be cancelled', { skip }, async (t) => {
  const { page } = await open(true);
  // So slow that it cannot be over before it is cancelled.
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 200_000,
  });
  const buffer = Buffer.from(`${readClaims('d-00-valid', 311)}${' '.repeat(3_000_000)}`);
  await page.getByLabel('X12 files').setInputFiles([{ name: 'long.x12', mimeType: 'text/plain', buffer }]);
  await page.getByText('1 file chosen.').waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  t.ok(await page.getByRole('progressbar', { name: 'Sending' }).isVisible());
  await page.getByText('Sending, 25 percent.').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Cancelled. What was not received yet was not sent.').waitFor();
  t.notOk(await page.getByRole('progressbar').isVisible());
  const found = await rows('long.x12');
  t.ok(
    found.every(({ state }) => ['receiving', 'interrupted', 'discarded'].includes(state)),
    'it is not received',
  );
});

test('without script a file is sent by the form, and its receipt opened', { skip }, async (t) => {
  const { page } = await open(false);
  t.notOk(await page.getByRole('button', { name: 'Cancel' }).isVisible(), 'no button that would do nothing');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
  await page.getByLabel('X12 files').setInputFiles([x12('plain.x12', 321)]);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('heading', { name: 'Your file was received' }).waitFor();
  t.match(await page.getByRole('main').textContent(), /WayBatch Transfer/);
  await page.getByRole('link', { name: 'Follow this transmission (plain.x12)' }).click();
  await page.getByRole('heading', { name: 'Transmission', level: 1 }).waitFor();
  t.equal((await rows('plain.x12')).length, 1);
});

test('a first visit transfers less than 150 kB, fonts aside', { skip }, async (t) => {
  const browser = await theBrowser();
  for (const path of ['/', '/sign-in']) {
    const { page } = await openBrowserPage(browser, { viewport: { width: 1280, height: 900 } });
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    const fonts = new Set<string>();
    let transferredBytes = 0;
    session.on('Network.responseReceived', ({ requestId, type }) => {
      if (type === 'Font') fonts.add(requestId);
    });
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (!fonts.has(requestId)) transferredBytes += encodedDataLength;
    });
    await page.goto(url + path, { waitUntil: 'networkidle' });
    t.ok(transferredBytes > 50_000, `${path}: ${transferredBytes} bytes are measured`);
    t.ok(transferredBytes < 150_000, `${path}: ${transferredBytes} bytes`);
  }
});
