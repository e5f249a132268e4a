// The web server under the pages: headers, limits, refusals, errors, and what is observed.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'tap';
import { addUser, goodPassword, openPlainBrowser, openPortal } from '../support/portal.ts';

const sftpAccount = '/trading-partner/sftp-account';

interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request as no browser would send it. */
function send(
  url: string,
  options: {
    readonly method: string;
    readonly headers?: Record<string, string>;
    readonly body?: string | Buffer;
  },
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method: options.method, headers: options.headers ?? {} },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

test('every answer carries the strict headers, and nothing but assets may be kept', async (t) => {
  const { url } = await openPortal(t);
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  const pages = [
    '/',
    '/sign-in',
    '/about',
    '/home',
    '/account/password',
    sftpAccount,
    '/nowhere',
    '/healthz',
  ];
  for (const path of pages) {
    const page = await browser.get(path);
    t.equal(page.headers.get('cache-control'), 'no-store', path);
    t.equal(
      page.headers.get('content-security-policy'),
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self';font-src 'self';connect-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'",
    );
    t.equal(page.headers.get('x-content-type-options'), 'nosniff');
    t.equal(page.headers.get('x-frame-options'), 'DENY');
    t.equal(page.headers.get('referrer-policy'), 'same-origin');
    t.equal(page.headers.get('cross-origin-opener-policy'), 'same-origin');
    t.equal(page.headers.get('cross-origin-resource-policy'), 'same-origin');
    t.match(page.headers.get('permissions-policy'), /camera=\(\)/);
    t.notOk(page.headers.has('strict-transport-security'), 'HSTS would be a lie over http');
    t.notOk(page.headers.has('x-powered-by'));
    t.notMatch(page.html, /<script(?![^>]*src=)|<style| style=| on[a-z]+=/, 'nothing inline');
  }
  t.match(await browser.get('/healthz'), { status: 200, html: 'ok\n' });
  t.match(await browser.get('/sign-in', { method: 'HEAD' }), { status: 303 });
});

test('assets are kept, found, and do not lead out of their folder', async (t) => {
  const { url } = await openPortal(t);
  const home = await send(url, { method: 'GET' });
  const linked = [...home.body.matchAll(/(?:href|src)="(\/assets\/[^"]*)"/g)].map((match) => match[1] ?? '');
  t.equal(linked.length, 6);
  for (const path of [
    ...linked,
    '/assets/uswds/img/usa-icons/close.svg',
    '/assets/uswds/fonts/source-sans-pro/sourcesanspro-regular-webfont.woff2',
  ]) {
    const asset = await send(url + path, { method: 'GET' });
    t.equal(asset.status, 200, path);
    t.match(asset.headers['cache-control'], /^public, max-age=/);
    t.match(asset.headers['content-type'], /^(?:text\/(?:css|javascript)|image\/svg\+xml|font\/woff2)/);
    t.equal(asset.headers['x-content-type-options'], 'nosniff');
  }
  const style = '/assets/uswds/css/uswds.min.css';
  const plain = await send(url + style, { method: 'GET' });
  const packed = await send(url + style, { method: 'GET', headers: { 'accept-encoding': 'gzip, br' } });
  t.equal(packed.headers['content-encoding'], 'br');
  const gzipped = await send(url + style, { method: 'GET', headers: { 'accept-encoding': 'gzip' } });
  t.equal(gzipped.headers['content-encoding'], 'gzip');
  const page = await send(url, { method: 'GET', headers: { 'accept-encoding': 'gzip, br' } });
  t.equal(page.headers['content-encoding'], undefined, 'a page with a token is never compressed (BREACH)');
  t.ok(Number(packed.headers['content-length']) < plain.body.length / 5);
  for (const path of [
    '/assets/uswds/../package.json',
    '/assets/uswds/%2e%2e/package.json',
    '/assets/uswds/css/..%2f..%2f..%2fpackage.json',
    '/assets/uswds/css/%2e%2e/%2e%2e/%2e%2e/package.json',
    '/assets/uswds/..%5c..%5cpackage.json',
    '/assets/uswds/theme/_uswds-theme.scss',
    '/assets/uswds/css',
    '/assets/uswds/',
    '/assets/claimgate/../portal.ts',
  ]) {
    const refused = await send(url, { method: 'GET' }).then(() => sendPath(url, path));
    t.match(refused.status, /^(?:400|403|404)$/, path);
    t.notMatch(refused.body, /"dependencies"/);
  }
});

/** Sends a path as it is written, which a URL would tidy up. */
function sendPath(url: string, path: string): Promise<{ readonly status: string; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('end', () => resolve({ status: answer.split(' ')[1] ?? '', body: answer }));
    socket.on('error', reject);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
  });
}

test('what is too large, compressed, or no form is refused', async (t) => {
  const { url } = await openPortal(t);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const rows: readonly (readonly [string, number, Parameters<typeof send>[1]])[] = [
    ['oversized', 413, { method: 'POST', headers: form, body: `user-id=${'a'.repeat(70_000)}` }],
    [
      'oversized, in chunks',
      413,
      { method: 'POST', headers: { ...form, 'transfer-encoding': 'chunked' }, body: 'a'.repeat(70_000) },
    ],
    ['compressed', 415, { method: 'POST', headers: { ...form, 'content-encoding': 'deflate' }, body: 'x' }],
    ['compressed twice', 415, { method: 'POST', headers: { ...form, 'content-encoding': 'gzip, br' } }],
    ['JSON', 415, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }],
    ['text', 415, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'user-id=a' }],
    [
      'multipart',
      415,
      { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: 'x' },
    ],
    ['an unknown method', 404, { method: 'DELETE' }],
    [
      'a form without a token',
      403,
      { method: 'POST', headers: form, body: 'user-id=a&user-id=b&__proto__=c' },
    ],
  ];
  for (const [name, status, options] of rows) {
    const answer = await send(`${url}/sign-in`, options);
    t.equal(answer.status, status, name);
    t.match(answer.headers['content-type'], /^text\/html/);
    t.equal(answer.headers['cache-control'], 'no-store');
    t.notMatch(answer.body, /FST_|fastify|node_modules/i, 'nothing of the inside');
  }
  const bad = await sendPath(url, '/%ff%zz');
  t.equal(bad.status, '404');
  t.notMatch(bad.body, /FST_|fastify|%zz/i);
  t.match(bad.body, /cache-control: no-store/i);
  t.match(bad.body, /content-security-policy: default-src 'none'/i);
  const noHttp = await sendPath(url, 'not a request at all\r\n\x00');
  t.equal(noHttp.status, '400');
});

test('a fault is observed, and the page says nothing of it', async (t) => {
  const { url, database, observations } = await openPortal(t);
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  database.sql.selectFrom = () => {
    throw new Error('disk I/O error in /var/lib/secret');
  };
  const page = await browser.get('/home');
  t.equal(page.status, 500);
  t.match(page.text, /Something went wrong/);
  t.notMatch(page.html, /disk|secret|Error:/);
  t.match(
    observations.filter(({ kind }) => kind === 'fault'),
    [{ kind: 'fault', where: 'portal GET /home', fault: { message: /disk I\/O error/ } }],
  );
});

test('whatever people type is shown as text', async (t) => {
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
  const { url, database, directory } = await openPortal(t, { agencyName: evil, supportText: evil });
  await addUser({
    database,
    directory,
    id: 'evil.twin',
    partner: 'evil',
    firstName: evil,
    partnerName: evil,
  });
  const browser = openPlainBrowser(url);
  const pages = [
    await browser.get('/'),
    await browser.get(`/sign-in?next=${encodeURIComponent(evil)}&notice=${encodeURIComponent(evil)}`),
    await browser.signIn(evil, evil),
    await browser.get(`/${encodeURIComponent(evil)}`),
    await browser.signIn('evil.twin'),
    await browser.fillIn(sftpAccount, {
      'user-id': evil,
      password: evil,
      attestation: 'yes',
      'public-key': evil,
    }),
    await browser.fillIn('/account/password', { 'present-password': evil, 'new-password': evil }),
  ];
  t.match(pages[4]?.text, /Welcome, "><script>/, 'the name reads as it is');
  for (const page of pages) t.notMatch(page.html, /<script>|<img/);
});

test('requests are observed by their route; no password, token or query is', async (t) => {
  const { url, observations, database } = await openPortal(t);
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez', 'Wrong-Password-Typed-1');
  await browser.signIn('maria.lopez');
  const tokens = [...browser.cookies.values()];
  const setup = { 'user-id': 'maria.lopez', attestation: 'yes' };
  await browser.fillIn(sftpAccount, { ...setup, password: 'Wrong-Password-Typed-2' });
  await browser.fillIn(sftpAccount, { ...setup, password: goodPassword });
  await browser.fillIn('/account/password', {
    'present-password': goodPassword,
    'new-password': 'Copper-Heron-7-Lake',
    'repeat-password': 'Copper-Heron-7-Lake',
  });
  await browser.get('/home?patient=Jane+Doe');
  await browser.get('/Jane-Doe-19700101');
  t.match(observations.filter((observation) => observation.kind === 'portal.request').slice(-2), [
    {
      method: 'GET',
      route: '/home',
      status: 200,
      userId: 'maria.lopez',
      address: '127.0.0.1',
      durationMs: Number,
    },
    { method: 'GET', status: 404, userId: undefined },
  ]);
  const said = JSON.stringify(observations);
  const kept = JSON.stringify(await database.sql.selectFrom('audit_records').selectAll().execute());
  for (const secret of [goodPassword, 'Copper-Heron', 'Wrong-Password', 'Jane', ...tokens]) {
    t.notOk(said.includes(secret), 'not in an observation');
    t.notOk(kept.includes(secret), 'not in the audit trail');
  }
  const sessions = JSON.stringify(await database.sql.selectFrom('portal_sessions').selectAll().execute());
  for (const token of tokens) t.notOk(sessions.includes(token), 'the row holds only the hash of the token');
});

test('an address is taken from a proxy only when the proxy is trusted', async (t) => {
  for (const [trustedProxies, expected] of [
    [[], '127.0.0.1'],
    [['127.0.0.1'], '203.0.113.9'],
  ] as const) {
    const { url, observations } = await openPortal(t, { trustedProxies });
    await send(url, { method: 'GET', headers: { 'x-forwarded-for': '203.0.113.9' } });
    t.match(observations.at(-1), { kind: 'portal.request', address: expected });
  }
});

const openssl = '/usr/bin/openssl';
const noOpenssl = existsSync(openssl) ? false : `no ${openssl} to make a certificate with`;

test('with a certificate the portal speaks TLS, with HSTS', { skip: noOpenssl }, async (t) => {
  const directory = t.testdir();
  const key = join(directory, 'key.pem');
  const certificate = join(directory, 'cert.pem');
  execFileSync(
    openssl,
    [
      'req',
      '-x509',
      '-newkey',
      'ed25519',
      '-nodes',
      '-keyout',
      key,
      '-out',
      certificate,
      '-subj',
      '/CN=localhost',
      '-days',
      '2',
    ],
    { stdio: 'ignore' },
  );
  const tls = { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
  const { portal } = await openPortal(t, { tls, secureCookies: true });
  const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
    const options = { port: portal.port, host: '127.0.0.1', path: '/', rejectUnauthorized: false };
    const request = httpsRequest(options, (response) => {
      response.resume();
      response.on('end', () => resolve(response.headers));
    });
    request.on('error', reject);
    request.end();
  });
  t.equal(headers['strict-transport-security'], 'max-age=31536000');
});

test('closing twice is nothing, and closing cuts off who would not finish', async (t) => {
  const { portal, url } = await openPortal(t);
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write('POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n');
  socket.on('error', () => undefined).resume();
  const gone = new Promise((resolve) => socket.once('close', resolve));
  t.equal((await openPlainBrowser(url).get('/healthz')).status, 200);
  await Promise.all([portal.close(), portal.close(), gone]);
  await portal[Symbol.asyncDispose]();
  t.pass('closed');
});
