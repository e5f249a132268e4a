// Every command of ours that a document shows, run for real: those of the administrator's guide in their order and an empty
// folder, all others beside a running gateway in which there is one of everything. What stands for something in an example
// (ID, FILE, TEXT) is what the table below says; what cannot be run here is listed with the reason. Getting started and
// disaster recovery, with what people do in between, are in documents.test.ts.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { whyNotBuilt } from '../support/command.ts';
import { type CommandDesk, openCommandDesk } from '../support/command-desk.ts';
import { wordsOf } from '../support/command-words.ts';
import { firstPassword } from '../support/gateway.ts';
import { type OlderRelease, unpackOlderRelease } from '../support/older-release.ts';
import { outgoingFile } from '../support/outgoing.ts';
import { startReceiver } from '../support/receiver.ts';
import { serveInstalled } from '../support/serve-installed.ts';
import {
  alternativesOf,
  blockCommands,
  blockLines,
  documents,
  inlineCommands,
  namesAlternatives,
  readDocument,
} from '../support/shown-commands.ts';
import { connectSsh } from '../support/ssh-client.ts';
import { makeTestFolder } from '../support/test-folder.ts';

const skip = whyNotBuilt() ?? false;

/** Commands of ours that are only parsed (test/scripts/documents.test.ts), and why. */
const onlyParsed: readonly (readonly [RegExp, string])[] = [
  [/^demo$/, 'test/e2e/main-job.test.ts plays it'],
  [/^sftp-stdio/, 'speaks SFTP on its standard input: test/server, npm run interop'],
  [/^serve/, 'runs until it is ended: the last test of this file starts each of them'],
  [/^init$/, 'in a sentence, where there is a configuration already; the guide’s own line is run'],
];

/** Lines of blocks that are other programs', and why they are not run here. */
const ofOthers: readonly (readonly [RegExp, string])[] = [
  [/^npm (ci|start|run|test)\b|^npx tap|^\.ci\/run/, 'the project’s own scripts: CI runs them'],
  [/^node scripts\/build-/, 'test/install builds both packages'],
  [
    /^sudo (apt|systemctl|npm)\b/,
    'changes the machine: test/install/debian-package.test.ts does it in a root of its own',
  ],
  [
    /^sudo node "\$\(npm root --global\)/,
    'what an installation runs by itself, except with npm 12: test/install/npm-package.test.ts',
  ],
  [/^podman /, 'wants a container engine'],
  [
    /^(sftp|psftp|lftp|curl|winscp\.com) |^(sftp|psftp|lftp)> /,
    'partners’ clients: documents.test.ts and test/interop',
  ],
  [/^(cd|mkdir|cp) /, 'the way back after an upgrade: test/e2e/upgrade.test.ts'],
];

interface Shown {
  readonly document: string;
  readonly text: string;
  /** One in the middle of a sentence may leave its arguments away. */
  readonly mentioned: boolean;
}

interface Scene {
  readonly cwd: string;
  readonly desk: CommandDesk;
  /** What the words of an example stand for here. */
  readonly meant: (text: string) => Promise<string>;
  /** The exit code of what cannot end well here, by how it begins. */
  readonly codes: readonly (readonly [RegExp, number])[];
}

/** Says that arguments are missing, and not that something is unknown. */
const incomplete =
  /Not enough (?:non-option )?arguments|Missing required argument|Say (?:what|which|from where)|Give either/;

async function runShown(t: Test, scene: Scene, { document, text, mentioned }: Shown): Promise<void> {
  const { cwd, desk } = scene;
  const meant = await scene.meant(text);
  const input = /^user (?:add|passwd)/.test(meant) ? `${firstPassword}\n` : '';
  const ran = await desk.run(cwd, wordsOf(`claimgate ${meant}`).slice(1), input);
  const file = / > (\S+)/.exec(meant)?.[1];
  if (file !== undefined) writeFileSync(join(cwd, file), ran.out);
  const label = `${document}: ${text} (${meant})`;
  if (mentioned && ran.code === 2) return void t.match(ran.err, incomplete, label);
  const code = scene.codes.find(([begins]) => begins.test(meant))?.[1] ?? 0;
  t.equal(ran.code, code, `${label}\n${ran.err}${ran.code === code ? '' : ran.out}`);
}

/** A command with what may be left away, and without it. */
function spelledOut(text: string): readonly string[] {
  if (!text.includes('[')) return [text];
  return [text.replaceAll(/ ?\[[^\]]*\]/g, ''), text.replaceAll(/[[\]]/g, '')];
}

/** What a document shows, as commands that can be run. */
function shownBy(document: string): readonly Shown[] {
  const shown = [
    // The README's block is a list of what there is.
    ...blockCommands(document).map((text) => ({
      document,
      text,
      mentioned: document === 'README.md' && !text.includes('--'),
    })),
    ...inlineCommands(document).map((text) => ({ document, text: text.trim(), mentioned: true })),
  ];
  return shown
    .flatMap((one) => (instead[one.text] ?? [one.text]).map((text) => ({ ...one, text })))
    .flatMap((one) => {
      if (namesAlternatives(one.text))
        return alternativesOf(one.text).map((text) => ({ ...one, text, mentioned: true }));
      return spelledOut(one.text).map((text) => ({ ...one, text }));
    })
    .filter(({ text }) => !onlyParsed.some(([begins]) => begins.test(text)));
}

/** Where alternatives stand in the middle. */
const instead: Readonly<Record<string, readonly string[]>> = {
  'broadcast --message TEXT | --file FILE [--partner ID] [--name NAME] [--again]': [
    'broadcast --message TEXT [--partner ID] [--name NAME]',
    'broadcast --file remit.x12 --again',
  ],
  'partner access ID --authentication password|public-key|either|both --allow 192.0.2.0/24,...': [
    'partner access ID --authentication either --allow 192.0.2.0/24,198.51.100.0/24',
  ],
  'user factor list|reset USER': ['user factor list USER', 'user factor reset USER'],
};

const freePorts = {
  CLAIMGATE_SFTP_PORT: '0',
  CLAIMGATE_PORTAL_PORT: '0',
  CLAIMGATE_API_PORT: '0',
  CLAIMGATE_AUTH_BCRYPT_COST: '10',
};

/** What a client of today offers, and what the log says of one that could not connect. */
const offered = {
  kex: ['curve25519-sha256'],
  hostKey: ['ssh-ed25519'],
  cipher: ['aes256-gcm@openssh.com'],
  mac: ['hmac-sha2-256'],
};
const failedNegotiation = {
  level: 'warn',
  time: '2026-01-31T02:00:00.000Z',
  event: 'sftp.negotiation-failed',
  software: 'SSH-2.0-Example',
  address: '192.0.2.7',
  offered,
};

const portsOf = (gateway: Awaited<ReturnType<typeof serveInstalled>>) => ({
  CLAIMGATE_SFTP_PORT: String(gateway.target('').port),
  CLAIMGATE_PORTAL_PORT: new URL(gateway.portal).port,
});

test('the administrator’s guide and the README, line by line, in an empty folder', {
  skip,
  timeout: 240_000,
}, async (t) => {
  const cwd = makeTestFolder(t);
  for (const folder of ['backups', 'more']) mkdirSync(join(cwd, folder));
  const environment: Record<string, string> = { ...freePorts };
  const desk = openCommandDesk(t, environment);
  const [example = ''] =
    /(?<=^```yaml\n)partners:[\s\S]*?(?=^```)/m.exec(readDocument('docs/administration.md')) ?? [];
  writeFileSync(join(cwd, 'example.yaml'), example);
  const offer = Object.entries(offered).map(([kind, names]) => `${kind}: ${names.join(',')}\n`);
  writeFileSync(join(cwd, 'offer.txt'), offer.join(''));
  writeFileSync(join(cwd, 'failures.log'), `${JSON.stringify(failedNegotiation)}\n`);
  let restored = 0;
  const meant = async (text: string): Promise<string> => {
    const archive = readdirSync(join(cwd, 'backups')).find((name) => name.endsWith('.tar'));
    return text
      .replace('/var/backups/claimgate', 'backups')
      .replace(/^(backup .*)FILE/, `$1backups/${archive}`)
      .replace('NEWDIR', () => {
        restored += 1;
        return `restored-${restored}`;
      })
      .replace('--up-to 4711', '--up-to 3')
      .replace('--client-offer FILE', '--client-offer offer.txt')
      .replace('--log FILE', '--log failures.log')
      .replace(/^init$/, 'init --data data')
      .replace(/^init --yes/, 'init --yes --data data --out more/claimgate.yaml')
      .replace(/^(partner add my-clinic .*)TSN0042/, '$1TSN0043')
      .replace('USER', 'jdoe');
  };
  const scene = { cwd, desk, meant, codes: [] };
  const guide = 'docs/administration.md';
  for (const text of blockCommands(guide)) {
    if (text !== 'serve') {
      await runShown(t, scene, { document: guide, text, mentioned: false });
      continue;
    }
    const gateway = await serveInstalled(t, cwd, { log: 'log', data: 'data', environment: freePorts });
    Object.assign(environment, portsOf(gateway));
  }
  t.match(readFileSync(join(cwd, 'partners.yaml'), 'utf8'), /id: carolina-clinic/);
  t.match(readFileSync(join(cwd, 'clinic.jsonl'), 'utf8'), /partner\.add/);
  await runShown(t, scene, { document: guide, text: 'apply -f example.yaml', mentioned: false });
  for (const shown of shownBy(guide).filter(({ mentioned }) => mentioned)) await runShown(t, scene, shown);
  for (const shown of shownBy('README.md')) await runShown(t, scene, shown);
});

/** What stands for something in the examples, beside the gateway that an older release has filled. */
function meantInFull(
  past: OlderRelease,
  told: (...args: readonly string[]) => Promise<readonly Row[]>,
  backup: string,
) {
  const named = (name: string) => String(past.transmissions.find((row) => row['name'] === name)?.['id']);
  const first = async (...args: readonly string[]) => String((await told(...args))[0]?.['id']);
  const ids: readonly (readonly [RegExp, () => Promise<string> | string])[] = [
    [/^transmission (?:release|discard)/, () => named('junk.x12')],
    [/^transmission/, () => named('faulty.x12')],
    [/^dispatch show/, () => first('dispatch', 'list')],
    [/^key revoke/, () => first('key', 'list')],
    [/^session end/, () => first('session', 'list')],
    [/^partner access/, () => 'piedmont-dental'],
    [/./, () => 'carolina-clinic'],
  ];
  return async (text: string): Promise<string> => {
    let meant = text
      .replace('USER', 'jdoe')
      .replace('KIND', 'transmission.received')
      .replace('TEXT', '"A reason, and a message"')
      .replace('NAME', 'another-name.x12')
      .replace('NEWDIR', 'restored')
      .replace('EVENT', String(past.events[0]?.['id']))
      .replace('/etc/claimgate/claimgate.yaml', 'claimgate.yaml')
      .replace(/^(backup .*)FILE/, `$1backups/${backup}`);
    if (/\bID\b/.test(meant))
      meant = meant.replace(/\bID\b/, await (ids.find(([of]) => of.test(text))?.[1]() ?? ''));
    if (meant.includes('FINGERPRINT')) {
      const served = (await told('hostkey', 'list')).find(({ type }) => type === 'ssh-ed25519');
      await told('hostkey', 'rotate');
      meant = meant.replace('FINGERPRINT', String(served?.['fingerprint']));
    }
    return meant;
  };
}

type Row = Readonly<Record<string, unknown>>;

test('every other document’s commands, beside a gateway with one of everything', {
  skip,
  timeout: 240_000,
}, async (t) => {
  const cwd = makeTestFolder(t);
  const past = unpackOlderRelease(cwd);
  const receiver = await startReceiver(t);
  const file = join(cwd, 'claimgate.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('http://127.0.0.1:9/', receiver.url));
  writeFileSync(join(cwd, 'remit.x12'), outgoingFile('835', { control: 8 }));
  mkdirSync(join(cwd, 'folder'));
  const gateway = await serveInstalled(t, cwd, { log: 'log', data: 'data', environment: freePorts });
  const desk = openCommandDesk(t, { ...freePorts, ...portsOf(gateway) });
  await connectSsh(t, gateway.target('dpiedmont'), past.password);
  const told = async (...args: readonly string[]) =>
    JSON.parse((await desk.run(cwd, [...args, '--json'])).out) as readonly Row[];
  const [backup = ''] = readdirSync(join(cwd, 'backups'));
  const scene: Scene = {
    cwd,
    desk,
    meant: meantInFull(past, told, backup),
    codes: [
      // It is answered, and stays so: what they do where they may is in test/intake/decisions.test.ts.
      [/^transmission (?:retry|quarantine)/, 1],
    ],
  };
  const elsewhere = ['README.md', 'docs/administration.md', 'docs/getting-started.md'];
  let count = 0;
  for (const document of documents.filter((one) => !elsewhere.includes(one))) {
    const shown = shownBy(document).filter(
      ({ mentioned }) => mentioned || document !== 'docs/disaster-recovery.md',
    );
    for (const one of shown) await runShown(t, scene, one);
    count += shown.length;
  }
  t.ok(count > 60, `${count} commands`);
});

test('every way to serve that a document shows serves, and ends in order', {
  skip,
  timeout: 240_000,
}, async (t) => {
  const shown = documents.flatMap((document) =>
    [...blockCommands(document), ...inlineCommands(document)].filter((text) => /^serve /.test(text)),
  );
  const ways = [...new Set(shown.map((text) => text.replace('--workers N', '--workers 2')))];
  t.ok(ways.length >= 4, ways.join('; '));
  const cwd = makeTestFolder(t);
  writeFileSync(join(cwd, 'claimgate.yaml'), 'dataDirectory: data\n');
  const start = (way: string, folder: string) =>
    serveInstalled(t, cwd, {
      log: `log-${ways.indexOf(way)}`,
      data: folder,
      environment: freePorts,
      more: wordsOf(`claimgate ${way}`).slice(2),
    });
  // Those that divide the roles among them run at once, over the same data, as the document has them.
  const divided = ways.filter(
    (way) => readDocument('docs/performance.md').includes(way) && way.includes('--roles'),
  );
  t.equal(divided.length, 3, divided.join('; '));
  for (const together of [divided, ...ways.filter((way) => !divided.includes(way)).map((way) => [way])]) {
    const folder = `data-${ways.indexOf(together[0] ?? '')}`;
    const gateways = [];
    for (const way of together) gateways.push(await start(way, folder));
    for (const [at, gateway] of gateways.entries())
      t.equal(await gateway.stop(), 0, `serve: ${together[at]}`);
  }
});

test('a line of a block that begins with a program is run, or listed with the reason', (t) => {
  const programs =
    /^(?:sudo|npm|npx|node|podman|docker|apt|apt-get|systemctl|sftp|psftp|lftp|curl|winscp\.com|ssh|ssh-keyscan|cd|cp|mv|mkdir|age|git|\.ci\/run|sftp>|psftp>|lftp>) /;
  let count = 0;
  for (const document of documents) {
    for (const line of blockLines(document)) {
      if (!programs.test(line) || /^(?:sudo (?:-u claimgate )?claimgate|npm run -s claimgate) /.test(line))
        continue;
      count += 1;
      t.ok(
        ofOthers.some(([begins]) => begins.test(line)),
        `${document}: ${line}`,
      );
    }
  }
  t.ok(count > 30, `${count} lines`);
  t.end();
});
