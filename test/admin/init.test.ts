import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { run, whyNotBuilt } from '../support/command.ts';

const skip = whyNotBuilt() ?? false;

test('init writes a configuration that config check accepts, from defaults, options and piped answers', {
  skip,
}, async (t) => {
  const cwd = t.testdir();
  const first = await run(cwd, [
    'init',
    '--yes',
    '--public-host',
    'sftp.example.org',
    '--agency',
    'Agency: "A" #1',
  ]);
  t.match(first, {
    code: 0,
    err: '',
    out: /Next:\n {2}claimgate doctor.*\n {2}claimgate partner add.*\n {2}claimgate serve/,
  });
  t.match(await run(cwd, ['config', 'check']), { code: 0, out: /can be used/ });
  const printed = JSON.parse((await run(cwd, ['config', 'print', '--json'])).out);
  t.match(printed, {
    sftp: { publicHost: 'sftp.example.org', host: '0.0.0.0', port: 2022 },
    portal: { agencyName: 'Agency: "A" #1', behindHttps: true, publicUrl: 'https://sftp.example.org' },
  });
  const written = readFileSync(join(cwd, 'claimgate.yaml'), 'utf8');
  t.match(await run(cwd, ['init', '--yes']), {
    code: 1,
    err: /is there already; nothing was changed.*--force/,
  });
  t.equal(readFileSync(join(cwd, 'claimgate.yaml'), 'utf8'), written);
  // One answer a line; an empty line takes the default; what comes after the end does too.
  const answers = [
    '',
    'edi.example.org',
    '',
    '22',
    'none',
    '',
    '',
    '',
    'Europe/Berlin',
    'smtp.example.org',
    '',
    'jdoe',
  ];
  const piped = await run(cwd, ['init', '--force', '--out', 'second.yaml'], `${answers.join('\n')}\n`);
  t.match(piped, { code: 0, out: /claimgate user add jdoe --kind government/, err: /Public host name/ });
  const second = JSON.parse((await run(cwd, ['config', 'print', '--json', '--config', 'second.yaml'])).out);
  t.match(second, {
    sftp: { port: 22, publicHost: 'edi.example.org' },
    portal: { host: '127.0.0.1', timeZone: 'Europe/Berlin' },
    mail: { from: 'no-reply@edi.example.org', smtp: { host: 'smtp.example.org', port: 587 } },
  });
});

test('init refuses what cannot be, and then writes nothing', { skip }, async (t) => {
  const cwd = t.testdir();
  t.match(await run(cwd, ['init', '--yes', '--sftp-port', '70000']), { code: 2, err: /1 to 65535/ });
  t.match(await run(cwd, ['init', '--yes', '--https', 'files']), { code: 2, err: /certificate/ });
  t.match(await run(cwd, ['init'], 'data\nnot a host\n'), { code: 2, err: /Nothing was written/ });
  t.match(await run(cwd, ['init', '--yes', '--out', 'nowhere/claimgate.yaml']), {
    code: 2,
    err: /cannot be written/,
  });
  writeFileSync(join(cwd, 'cert.pem'), 'x');
  const ran = await run(cwd, [
    'init',
    '--yes',
    '--json',
    '--https',
    'files',
    '--certificate',
    'cert.pem',
    '--certificate-key',
    'cert.pem',
  ]);
  t.equal(ran.code, 0);
  t.match(JSON.parse(ran.out), { changed: true, answers: { 'portal-port': '8443' } });
  t.ok(existsSync(join(cwd, 'claimgate.yaml')));
  t.same(readdirSync(cwd).sort(), ['cert.pem', 'claimgate.yaml'], 'nothing else is left');
});
