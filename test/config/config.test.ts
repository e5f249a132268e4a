import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { loadConfig } from '../../config/load.ts';
import { printConfigReference } from '../../config/reference.ts';
import { listSettings } from '../../config/settings.ts';

const load = (directory: string, yaml: string | undefined, environment: Record<string, string> = {}) => {
  if (yaml !== undefined) writeFileSync(join(directory, 'claimgate.yaml'), yaml);
  return loadConfig({ environment, workingDirectory: directory });
};

test('without a file and an environment the gateway runs on loopback: SFTP on 2022, the portal on 8080', (t) => {
  const outcome = load(t.testdir(), undefined);
  t.match(outcome, {
    kind: 'ok',
    config: {
      sftp: { host: '127.0.0.1', port: 2022 },
      portal: { host: '127.0.0.1', port: 8080 },
      roles: ['sftp', 'intake', 'portal', 'hooks'],
    },
  });
  t.end();
});

test('the environment wins over the file, and the command line over both', (t) => {
  const directory = t.testdir();
  writeFileSync(join(directory, 'claimgate.yaml'), 'dataDirectory: from-file\nsftp:\n  port: 2200\n');
  const outcome = loadConfig({
    environment: {
      CLAIMGATE_SFTP_PORT: '2201',
      CLAIMGATE_ROLES: 'sftp, intake',
      CLAIMGATE_PORTAL_BEHIND_HTTPS: 'true',
    },
    overrides: { dataDirectory: 'from-command' },
    workingDirectory: directory,
  });
  t.match(outcome, {
    kind: 'ok',
    config: {
      dataDirectory: join(directory, 'from-command'),
      sftp: { port: 2201 },
      roles: ['sftp', 'intake'],
      portal: { behindHttps: true },
    },
  });
  t.end();
});

test('what cannot be used is refused with the key’s path, the reason and the fix', async (t) => {
  const rows: readonly [title: string, yaml: string, path: string, message: RegExp][] = [
    ['an unknown key', 'sftp:\n  prot: 22\n', 'sftp.prot', /no such setting.*Did you mean sftp\.port/],
    ['an unknown room', 'stfp:\n  port: 22\n', 'stfp', /Did you mean sftp/],
    [
      'a wrong type',
      'sftp:\n  port: "22a"\n',
      'sftp.port',
      /It takes: whole number, 0 to 65535.*default is 2022/,
    ],
    ['a value out of range', 'auth:\n  bcryptCost: 4\n', 'auth.bcryptCost', /whole number, 10 to 16/],
    [
      'a value of no list',
      'auth:\n  passwordPolicy: weak\n',
      'auth.passwordPolicy',
      /`myncid`, `ncid-classic`, `nist`/,
    ],
    [
      'half of HTTPS',
      'portal:\n  tlsKeyFile: key.pem\n',
      'portal.tlsKeyFile',
      /both the certificate and the key/,
    ],
    ['passwords in the clear', 'portal:\n  host: 0.0.0.0\n', 'portal.host', /in the clear.*behindHttps/],
    ['one port for two', 'portal:\n  port: 2022\n', 'portal.port', /cannot share a port/],
    [
      'a lock before any delay',
      'auth:\n  lockFailures: 3\n',
      'auth.lockFailures',
      /more than auth\.freeFailures/,
    ],
    ['no such time zone', 'portal:\n  timeZone: Mars/Base\n', 'portal.timeZone', /no time zone/],
    ['a list for the whole', '- sftp\n', 'claimgate.yaml', /settings by name/],
    ['no YAML at all', 'sftp: [\n', 'claimgate.yaml', /not valid YAML/],
    ['a key given twice', 'sftp: {}\nsftp: {}\n', 'claimgate.yaml', /not valid YAML/],
  ];
  for (const [title, yaml, path, message] of rows) {
    const outcome = load(t.testdir({}), yaml);
    if (outcome.kind === 'ok') {
      t.fail(`${title} was taken`);
      continue;
    }
    const [problem] = outcome.problems;
    t.ok(problem?.path.endsWith(path), `${title}: ${problem?.path}`);
    t.match(problem?.message, message, title);
  }
});

test('a misspelt environment variable is refused, and a missing file named by the operator too', (t) => {
  t.match(load(t.testdir(), undefined, { CLAIMGATE_SFTP_PROT: '22' }), {
    kind: 'refused',
    problems: [{ path: 'CLAIMGATE_SFTP_PROT', message: /Did you mean CLAIMGATE_SFTP_PORT/ }],
  });
  t.match(load(t.testdir(), undefined, { CLAIMGATE_CONFIG: 'nowhere.yaml' }), {
    kind: 'refused',
    problems: [{ message: /no such file/ }],
  });
  t.end();
});

test('the loaded configuration cannot be changed', (t) => {
  const outcome = load(t.testdir(), undefined);
  if (outcome.kind === 'refused') throw new Error('unreachable');
  t.throws(() => Object.assign(outcome.config.sftp, { port: 1 }), TypeError);
  t.end();
});

test('every setting has a description, and no two have one environment name', (t) => {
  const settings = listSettings();
  t.same(
    settings.filter((setting) => setting.description === '').map((setting) => setting.path),
    [],
  );
  t.equal(new Set(settings.map((setting) => setting.environmentName)).size, settings.length);
  t.end();
});

test('docs/config.md is what `claimgate config reference` prints', (t) => {
  t.equal(readFileSync(new URL('../../docs/config.md', import.meta.url), 'utf8'), printConfigReference());
  t.end();
});
