// Makes test/fixtures/older-release.tar.br anew: a data directory as an older Claimgate left it, with one of everything that
// there was then, its configuration, a backup made by it, and what its own commands said of all that. All people are made up.
//
//     git worktree add --detach OLD 638b890 && (cd OLD && npm ci && npm run build)
//     node scripts/make-older-data.mjs OLD
//
// Everything is done by its command, its portal and an SFTP client, as people do it; nothing by its database.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { Secret, TOTP } from 'otpauth';
import ssh2 from 'ssh2';
import { openSqlite } from '../dist/storage/sqlite-driver.js';

const [old] = process.argv.slice(2);
if (old === undefined)
  throw new Error('usage: node scripts/make-older-data.mjs WORKTREE-OF-THE-OLDER-RELEASE');
const program = resolve(old, 'dist/admin/main.js');
const fixtures = new URL('../test/fixtures/', import.meta.url).pathname;
const to = join(fixtures, 'older-release.tar.br');
const password = 'Violet-Otter-9-River';
const cwd = mkdtempSync(join(tmpdir(), 'older-release-'));
const environment = {
  PATH: process.env.PATH,
  CLAIMGATE_AUTH_BCRYPT_COST: '10',
  CLAIMGATE_SFTP_PORT: '0',
  CLAIMGATE_PORTAL_PORT: '0',
  CLAIMGATE_STORAGE_CHANGE_POLL_MS: '50',
};

function claimgate(args, input = '') {
  return execFileSync(process.execPath, [program, ...args], {
    cwd,
    input,
    env: environment,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
const told = (...args) => JSON.parse(claimgate([...args, '--json']));
const pause = () => new Promise((done) => setTimeout(done, 100));

async function until(what, look) {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await look();
    if (found) return found;
    await pause();
  }
  throw new Error(`waited for ${what} in vain`);
}

async function serve() {
  const log = join(cwd, 'claimgate.log');
  const child = spawn(process.execPath, [program, 'serve'], {
    cwd,
    env: { ...environment, CLAIMGATE_LOG_FILE: log },
    stdio: 'inherit',
  });
  const ended = new Promise((done) => child.once('close', done));
  const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []);
  const said = (event) =>
    lines()
      .map((line) => JSON.parse(line))
      .find((line) => line.event === event);
  await until('the gateway', () => said('gateway.started'));
  return {
    sftp: said('sftp.listening').port,
    portal: `http://127.0.0.1:${said('portal.listening').port}`,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** A browser without script. */
function openBrowser(url) {
  const cookies = new Map();
  const request = async (path, init = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(path, url), { ...init, headers: { cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split('; ');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const location = response.headers.get('location');
    return location === null ? response.text() : request(location);
  };
  return {
    async fillIn(path, fields) {
      const html = await request(path);
      const form = html.slice(html.lastIndexOf('<form'));
      const hidden = [...form.matchAll(/<input type="hidden"[^>]*>/g)].map(([tag]) => [
        /name="([^"]*)"/.exec(tag)?.[1],
        /value="([^"]*)"/.exec(tag)?.[1] ?? '',
      ]);
      const body = new URLSearchParams({ ...Object.fromEntries(hidden), ...fields });
      return request(path, { method: 'POST', body });
    },
  };
}

/** Signs in, adds an authenticator app, does the setup step. @returns the app's secret and the recovery codes */
async function setUp(portal, user, publicKey) {
  const browser = openBrowser(portal);
  const page = await browser.fillIn('/sign-in', { 'user-id': user, password });
  const secret = /id="totp-secret"[^>]*>([A-Z2-7 ]+)</.exec(page)?.[1]?.replaceAll(' ', '');
  const totp = new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 });
  const codes = await browser.fillIn('/sign-in/enrol', { code: totp.generate() });
  const recoveryCodes = /id="recovery-codes"[^>]*>([^<]+)</.exec(codes)?.[1]?.trim().split('\n') ?? [];
  const done = await browser.fillIn('/trading-partner/sftp-account', {
    'user-id': user,
    password,
    attestation: 'yes',
    'public-key': publicKey,
  });
  if (!/SHA256:/.test(done)) throw new Error(`the setup step of ${user} was refused`);
  return { secret, recoveryCodes };
}

function connect(port, user) {
  const client = new ssh2.Client();
  return new Promise((done, failed) => {
    client.on('error', failed);
    client.on('ready', () => client.sftp((error, sftp) => (error ? failed(error) : done({ client, sftp }))));
    client.connect({ host: '127.0.0.1', port, username: user, password, hostVerifier: () => true });
  });
}
const call = (work) =>
  new Promise((done, failed) => work((error, value) => (error ? failed(error) : done(value))));

function sample(name, control, sender) {
  const text = readFileSync(join(fixtures, 'one-fault', `${name}.x12`), 'latin1');
  const number = String(control).padStart(9, '0');
  const numbered = text.replaceAll(text.slice(90, 99), number);
  return sender === undefined ? numbered : numbered.replaceAll('SUBMITTER'.padEnd(15), sender.padEnd(15));
}

const remittance = (control) =>
  [
    `ISA*00*          *00*          *ZZ*PAYER          *ZZ*SUBMITTER      *260101*1200*^*00501*${control}*0*P*:`,
    'GS*HP*PAYER*PARTNER*20260101*1200*1*X*005010X221A1',
    'ST*835*0001*005010X221A1',
    'BPR*I*100*C*CHK************20260101',
    'TRN*1*1*1512345678',
    'SE*4*0001',
    'GE*1*1',
    `IEA*1*${control}`,
    '',
  ].join('~');

async function administer() {
  claimgate([
    'init',
    '--yes',
    '--data',
    'data',
    '--listen',
    '127.0.0.1',
    '--https',
    'none',
    '--public-host',
    'localhost',
  ]);
  const hook = {
    name: 'pipeline',
    url: 'http://127.0.0.1:9/',
    allowPrivateAddresses: true,
    allowPlainHttp: true,
  };
  const file = join(cwd, 'claimgate.yaml');
  // Nobody listens there: what happens waits for a receiver that comes after the upgrade.
  writeFileSync(file, `${readFileSync(file, 'utf8')}\nhooks:\n  webhooks: [${JSON.stringify(hook)}]\n`);
  claimgate([
    'partner',
    'add',
    'carolina-clinic',
    '--name',
    'Carolina Clinic',
    '--submitter-id',
    'SUBMITTER',
  ]);
  claimgate(['partner', 'add', 'piedmont-dental', '--name', 'Piedmont Dental', '--submitter-id', 'TSN0043']);
  claimgate(['partner', 'access', 'piedmont-dental', '--authentication', 'either', '--allow', '127.0.0.0/8']);
  claimgate([
    'partner',
    'profile',
    'set',
    'carolina-clinic',
    'usage=both',
    'filesPerHour=600',
    'timeZone=America/New_York',
  ]);
  const add = (id, partner, first, last, ...more) =>
    claimgate(
      [
        'user',
        'add',
        id,
        ...(partner ? ['--partner', partner] : []),
        '--first-name',
        first,
        '--last-name',
        last,
        '--email',
        `${id}@clinic.example`,
        ...more,
      ],
      `${password}\n`,
    );
  add('jdoe', 'carolina-clinic', 'Jo', 'Doe', '--role', 'office-administrator');
  add('mroe', 'carolina-clinic', 'Max', 'Roe');
  add('gone', 'carolina-clinic', 'Gil', 'Onegin');
  add('dpiedmont', 'piedmont-dental', 'Dana', 'Piedmont');
  add('kmoss', undefined, 'Kim', 'Moss');
  add('invited', 'piedmont-dental', 'Ina', 'Vited', '--invite');
  claimgate(['role', 'add', 'kmoss', 'administrator']);
  claimgate(['grant', 'remove', 'mroe', '270', 'send']);
  claimgate(['ban', 'add', '203.0.113.0/24', '--hours', '87600']);
}

async function trade(gateway) {
  const key = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'office' });
  const jdoe = await setUp(gateway.portal, 'jdoe', key.public);
  for (const user of ['mroe', 'gone', 'dpiedmont']) await setUp(gateway.portal, user, '');
  claimgate(['account', 'disable', 'gone']);

  const clinic = await connect(gateway.sftp, 'jdoe');
  const put = (to, name, content) => call((done) => to.sftp.writeFile(`/inbound/${name}`, content, done));
  await put(clinic, 'accepted.x12', sample('p-00-valid', 1));
  await put(clinic, 'faulty.x12', sample('ele-12-bad-date', 2));
  await put(clinic, 'junk.x12', 'This is no X12 at all.\n');
  await put(clinic, 'again.x12', sample('p-00-valid', 1));
  await put(clinic, 'later.x12.filepart', sample('p-00-valid', 3));
  const dental = await connect(gateway.sftp, 'dpiedmont');
  await put(dental, 'dental.x12', sample('d-00-valid', 4, 'TSN0043'));
  writeFileSync(join(cwd, 'remit.x12'), remittance('000000007'));
  claimgate(['dispatch', 'remit.x12', '--partner', 'carolina-clinic']);
  await until('the answers', () => {
    const rows = told('transmission', 'list').filter(({ name }) => !name.endsWith('.filepart'));
    return rows.length === 5 && rows.every(({ state }) => ['answered', 'quarantined'].includes(state));
  });
  const names = await call((done) => clinic.sftp.readdir('/outbound', done));
  const collected = names.map(({ filename }) => filename).find((name) => name.startsWith('accepted.x12'));
  await call((done) => clinic.sftp.readFile(`/outbound/${collected}`, done));
  const half = await call((done) => clinic.sftp.open('/inbound/half.x12', 'w', done));
  await call((done) => clinic.sftp.write(half, Buffer.from('ISA'), 0, 3, 0, done));
  clinic.client.destroy();
  dental.client.end();
  claimgate(['user', 'passwd', 'mroe'], 'Copper-Heron-7-Lake\n');
  await until('the hook was tried', () => told('hook', 'deliveries').length > 0);
  return { ...jdoe, privateKey: key.private };
}

/** What the older command says of everything, in its own words. */
const asTold = () => ({
  partners: told('partner', 'list'),
  users: told('user', 'list'),
  roles: told('role', 'list'),
  accounts: told('account', 'list'),
  keys: told('account', 'key', 'list', 'jdoe'),
  grants: Object.fromEntries(
    ['jdoe', 'mroe', 'dpiedmont'].map((user) => [user, told('grant', 'list', user)]),
  ),
  profile: told('partner', 'profile', 'show', 'carolina-clinic'),
  transmissions: told('transmission', 'list').map(({ id }) => told('transmission', 'show', id)),
  dispatches: told('dispatch', 'list'),
  events: told('event', 'list', '--limit', '1000'),
  audit: told('audit', 'list', '--limit', '1000'),
  bans: told('ban', 'list'),
  mails: told('mail', 'list'),
  hostKeys: told('hostkey', 'list'),
});

try {
  await administer();
  const gateway = await serve();
  const secrets = await trade(gateway);
  await gateway.stop();
  mkdirSync(join(cwd, 'backups'));
  claimgate(['backup', 'create', 'backups']);
  const facts = { password, ...secrets, ...asTold() };
  const database = openSqlite(join(cwd, 'data', 'claimgate.db'));
  facts.schema = database.prepare('select max(version) as version from schema_migrations').get().version;
  writeFileSync(join(cwd, 'told.json'), JSON.stringify(facts, undefined, 1));
  database.exec('vacuum');
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  for (const name of ['claimgate.log', 'remit.x12']) rmSync(join(cwd, name));
  const tar = execFileSync(
    'tar',
    [
      '--create',
      '--sort=name',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      'backups',
      'claimgate.yaml',
      'data',
      'told.json',
    ],
    { cwd, maxBuffer: 1 << 28 },
  );
  // One window over all of it: the backup holds most of the directory a second time.
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: tar.length,
  };
  writeFileSync(to, brotliCompressSync(tar, { params }));
  console.log(`${to}: ${statSync(to).size} bytes, schema ${facts.schema}`);
} finally {
  rmSync(cwd, { recursive: true, force: true });
}
