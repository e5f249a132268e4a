import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { t as file, test } from 'tap';
import { readClaims } from '../support/claims.ts';
import { addPartnerAndUser, firstPassword, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { hiddenFields, type PlainBrowser } from '../support/portal.ts';
import { sendAndAwait } from '../support/send-file.ts';
import { until } from '../support/until.ts';

// One gateway for the file: each validator thread compiles the engine anew.
const running: TestGateway = await startTestGateway(file, {
  config: { roles: ['intake', 'portal'], storage: { maxFileBytes: 2_000_000 } },
});
const { core, dataDirectory } = running;
await addPartnerAndUser(core, { partner: 'acme', user: 'maria.lopez' });
await addPartnerAndUser(core, { partner: 'other', user: 'mallory', submitterId: 'OTHER' });
const batch = '/trading-partner/batch-transfer';
const mine = { partner: 'acme', user: 'maria.lopez' };

async function signIn(user = 'maria.lopez'): Promise<PlainBrowser> {
  const browser = running.browser();
  await browser.signIn(user, firstPassword);
  return browser;
}

const tokenOf = async (browser: PlainBrowser): Promise<string> =>
  /name="form_token" value="([^"]*)"/.exec((await browser.get(batch)).html)?.[1] ?? '';

/** As a browser sends the form: the token, then the files. */
async function send(
  browser: PlainBrowser,
  files: readonly (readonly [name: string, content: string])[],
  options: { readonly token?: string; readonly accept?: string } = {},
) {
  const body = new FormData();
  body.append('form_token', options.token ?? (await tokenOf(browser)));
  for (const [name, content] of files) body.append('files', new Blob([content]), name);
  const headers = options.accept === undefined ? {} : { accept: options.accept };
  return browser.get(batch, { method: 'POST', body, headers });
}

const rowsNamed = (name: string) =>
  core.database.sql.selectFrom('transmissions').selectAll().where('name', '=', name).orderBy('id').execute();

test('a file sent by the form alone is received, receipted and answered', async (t) => {
  const browser = await signIn();
  const content = readClaims('d-00-valid', 101);
  const sent = await send(browser, [['june.x12', content]]);
  t.equal(sent.status, 303);
  const receiptPath = sent.headers.get('location') ?? '';
  const receipt = await browser.get(receiptPath);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const [row] = await rowsNamed('june.x12');
  t.match(receipt.text, new RegExp(`Tracking ID ${row?.id}.*SHA-256 ${sha256}`));
  t.match(receipt.text, /Way Batch Transfer/);
  t.equal(row?.source, 'portal');
  t.equal(row?.user_id, 'maria.lopez');
  t.equal(readFileSync(join(dataDirectory, row?.original_path ?? ''), 'latin1'), content);
  const states = receiptPath.replace('/receipt', '/state');
  const answered = await until('the answer', async () => {
    const [state] = JSON.parse((await browser.get(states)).html);
    return state.final && state;
  });
  t.match(answered.text, 'june.x12: Accepted.');
  t.match((await browser.get(receiptPath)).text, /✓ Released: done/);
});

test('several files are taken at once, and one that cannot be is told without harming the others', async (t) => {
  const browser = await signIn();
  const sent = await send(browser, [
    ['one.x12', readClaims('d-00-valid', 111)],
    ['two.x12.part', 'x'],
    ['empty.x12', ''],
    ['Zoë & Co.x12', readClaims('d-00-valid', 112)],
  ]);
  t.equal(sent.status, 422);
  t.match(sent.text, /two\.x12\.part: The name is that of an unfinished file/);
  t.match(sent.text, /empty\.x12: The file is empty\./);
  t.match(sent.text, /These files were received one\.x12 Zoë & Co\.x12/);
  t.equal((await rowsNamed('Zoë & Co.x12'))[0]?.size_bytes, readClaims('d-00-valid', 112).length);
  t.same(await rowsNamed('two.x12.part'), []);
  t.same(await rowsNamed('empty.x12'), []);
});

test('no file, a stale form and a form of another kind are refused, and nothing is taken', async (t) => {
  const browser = await signIn();
  const none = await send(browser, [['', '']]);
  t.equal(none.status, 422);
  t.match(none.text, /There is a problem Choose at least one file\./);
  t.equal((await send(browser, [['stale.x12', 'x']], { token: 'x'.repeat(43) })).status, 403);
  const without = new FormData();
  without.append('files', new Blob(['x']), 'stale.x12');
  t.equal((await browser.get(batch, { method: 'POST', body: without })).status, 403, 'the token comes first');
  const after = new FormData();
  after.append('files', new Blob(['x']), 'stale.x12');
  after.append('form_token', await tokenOf(browser));
  t.equal((await browser.get(batch, { method: 'POST', body: after })).status, 403);
  t.same(await rowsNamed('stale.x12'), []);
  const stranger = await send(running.browser(), [['stale.x12', 'x']], { token: 'x' });
  t.equal(stranger.status, 303);
  t.match(stranger.headers.get('location'), /^\/sign-in/);
  const foreign = await browser.get(batch, {
    method: 'POST',
    body: new FormData(),
    headers: { 'sec-fetch-site': 'cross-site' },
  });
  t.equal(foreign.status, 403);
  t.equal((await browser.post(batch, { a: 'b' })).status, 415);
  t.same(await rowsNamed('stale.x12'), []);
});

test('a file over the limit is refused, and the answer can be read', async (t) => {
  const browser = await signIn();
  const sent = await send(browser, [['huge.x12', 'x'.repeat(3_000_000)]], {
    accept: 'application/json',
  });
  t.equal(sent.status, 422);
  t.match(JSON.parse(sent.html), { received: [], refused: [{ name: 'huge.x12', why: /larger/ }] });
  const rows = await rowsNamed('huge.x12');
  t.ok(
    rows.every(({ state }) => state === 'interrupted' || state === 'discarded'),
    'what came of it never reaches intake, and expires',
  );
});

test('names that a browser may send are names, and never paths', async (t) => {
  const browser = await signIn();
  const inbound = join(dataDirectory, 'mailboxes', 'acme', 'inbound');
  for (const name of [
    '../../../evil.x12',
    '..\\evil.x12',
    '/etc/evil.x12',
    'a\u202egnp.x12',
    '..',
    'x'.repeat(300),
  ]) {
    const sent = await send(browser, [[name, readClaims('d-00-valid', 121)]]);
    t.ok([303, 422].includes(sent.status), `${name}: ${sent.status}`);
  }
  for (const entry of readdirSync(inbound)) t.notMatch(entry, /\.\.|\\|\u202e/);
  t.notOk(existsSync(join(dataDirectory, '..', 'evil.x12')));
  t.notOk(existsSync(join(dataDirectory, 'evil.x12')));
});

test('the same name again is a new transmission, and both originals stay', async (t) => {
  const browser = await signIn();
  await send(browser, [['twice.x12', readClaims('d-00-valid', 131)]]);
  await send(browser, [['twice.x12', readClaims('d-00-valid', 132)]]);
  const rows = await rowsNamed('twice.x12');
  t.equal(rows.length, 2);
  const originals = rows.map(({ original_path }) =>
    readFileSync(join(dataDirectory, original_path ?? ''), 'latin1'),
  );
  t.same(originals, [readClaims('d-00-valid', 131), readClaims('d-00-valid', 132)]);
});

test('an upload that is cut off anywhere is never received', async (t) => {
  const browser = await signIn();
  const token = await tokenOf(browser);
  const content = readClaims('d-00-valid', 141);
  const part = (name: string, value: string, more = '') =>
    `--cut\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  const whole = `${part('form_token', token)}${part('files', content, '; filename="cut.x12"')}--cut--\r\n`;
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const port = running.gateway.portal?.port ?? 0;
  const cuts = [
    ['in the middle of the file', whole.length - content.length / 2],
    ['before the last byte of the file', whole.indexOf(content) + content.length - 1],
    ['after the last byte of the file', whole.indexOf(content) + content.length],
    ['within the boundary after it', whole.length - 6],
    ['after that boundary, before the end of the form', whole.length - 3],
  ] as const;
  for (const [title, length] of cuts) {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(
      `POST ${batch} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\nContent-Type: multipart/form-data; boundary=cut\r\nContent-Length: ${whole.length}\r\n\r\n${whole.slice(0, Math.floor(length))}`,
    );
    await until(`the upload, cut ${title}, to have begun`, async () =>
      (await rowsNamed('cut.x12')).some(({ state }) => state === 'receiving'),
    );
    socket.destroy();
    await until(`the end of the upload, cut ${title}`, async () =>
      (await rowsNamed('cut.x12')).every(({ state }) => state !== 'receiving'),
    );
    t.same(
      (await rowsNamed('cut.x12')).filter(({ state }) => !['interrupted', 'discarded'].includes(state)),
      [],
      title,
    );
  }
  t.notOk(existsSync(join(dataDirectory, 'mailboxes', 'acme', 'inbound', 'cut.x12')));
  await send(browser, [['cut.x12', content]]);
  t.equal(
    (await rowsNamed('cut.x12')).filter(({ state }) => state !== 'discarded').length,
    1,
    'sent again, it is there',
  );
});

test('outbound files are listed and fetched one by one, and who took one first is told', async (t) => {
  const id = await sendAndAwait(core, { ...mine, name: 'fetch.x12', content: readClaims('d-00-valid', 151) });
  const browser = await signIn();
  const answer = await core.database.sql
    .selectFrom('acknowledgements')
    .selectAll()
    .where('transmission_id', '=', id)
    .executeTakeFirstOrThrow();
  const before = await browser.get(batch);
  t.match(before.text, new RegExp(`${answer.name} .*?999.*?Not yet`));
  const path = `${batch}/files/${answer.id}`;
  const got = await browser.get(path);
  t.equal(got.status, 200);
  t.equal(got.html, readFileSync(join(dataDirectory, answer.path), 'latin1'));
  t.match(got.headers.get('content-disposition'), `attachment; filename="${answer.name}"`);
  t.equal(got.headers.get('x-content-type-options'), 'nosniff');
  t.equal(got.headers.get('cache-control'), 'no-store');
  t.equal(got.headers.get('content-type'), 'application/octet-stream');
  const after = await until('the collection', async () => {
    const page = await browser.get(batch);
    return /Collected by maria\.lopez/.test(page.text) && page;
  });
  t.match(after.text, new RegExp(`${answer.name} .*?Collected by maria\\.lopez`));
  const records = await core.database.sql
    .selectFrom('audit_records')
    .select(['action', 'actor', 'detail'])
    .where('subject', '=', `transmission:${id}`)
    .where('action', '=', 'file.download')
    .execute();
  t.equal(records.length, 1);
  t.match(records[0]?.detail, /"whole":true,"source":"portal"/);
  const mallory = await signIn('mallory');
  t.equal((await mallory.get(path)).status, 404, "another partner's file is none");
  t.equal((await browser.get(`${batch}/files/..%2f..%2fclaimgate.db`)).status, 404);
});

test('many files come as one ZIP', async (t) => {
  const content = readClaims('ele-13-gender-R', 161);
  const ids = [
    await sendAndAwait(core, { ...mine, name: 'zip-1.x12', content }),
    await sendAndAwait(core, { ...mine, name: 'zip-2.txt', content: 'Dear Sir' }),
  ];
  const answers = await core.database.sql
    .selectFrom('acknowledgements')
    .selectAll()
    .where('transmission_id', 'in', ids)
    .execute();
  const browser = await signIn();
  const page = await browser.get(batch);
  const chosen = Object.fromEntries(answers.map(({ id }) => [`file-${id}`, 'yes']));
  const token = hiddenFields(page.html);
  const zip = await browser.post(`${batch}/files.zip`, { ...token, ...chosen });
  t.equal(zip.status, 200);
  t.equal(zip.headers.get('content-type'), 'application/zip');
  t.ok(zip.html.startsWith('PK\u0003\u0004'));
  for (const { name } of answers) t.ok(zip.html.includes(name), name);
  const nothing = await browser.post(`${batch}/files.zip`, token);
  t.equal(nothing.status, 422);
  t.match(nothing.text, /Choose at least one file that is still there/);
  t.equal((await browser.post(`${batch}/files.zip`, chosen)).status, 403, 'without the token');
});

test('a file that the partner has removed is said to be gone', async (t) => {
  const id = await sendAndAwait(core, { ...mine, name: 'gone.x12', content: readClaims('d-00-valid', 171) });
  const answer = await core.database.sql
    .selectFrom('acknowledgements')
    .selectAll()
    .where('transmission_id', '=', id)
    .executeTakeFirstOrThrow();
  unlinkSync(join(dataDirectory, 'mailboxes', 'acme', 'outbound', answer.name));
  const browser = await signIn();
  t.match((await browser.get(batch)).text, new RegExp(`${answer.name} Removed from the mailbox`));
  t.equal((await browser.get(`${batch}/files/${answer.id}`)).status, 404);
});
