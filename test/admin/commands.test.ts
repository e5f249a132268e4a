import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { demoFiles } from '../../admin/demo-files.ts';
import { run, whyNotBuilt } from '../support/command.ts';

const root = new URL('../..', import.meta.url).pathname;
const fixture = (name: string) => join(root, 'test/fixtures/one-fault', `${name}.x12`);
const skip = whyNotBuilt() ?? false;

const addPartner = ['partner', 'add', 'clinic', '--name', 'Clinic', '--submitter-id', 'TSN1'];
const addUser = [
  'user',
  'add',
  'Jo.Doe',
  '--partner',
  'clinic',
  '--first-name',
  'Jo',
  '--last-name',
  'Doe',
  '--email',
  'jo@clinic.example',
];
const password = 'Violet-Otter-9-River';

test('partners and users are added once, listed, and shown', { skip }, async (t) => {
  const cwd = t.testdir();
  t.match(await run(cwd, addPartner), { code: 0, out: /was added[\s\S]*Next: claimgate user add/, err: '' });
  t.match(await run(cwd, addPartner), { code: 0, out: /nothing was changed/ }, 'again changes nothing');
  t.match(await run(cwd, [...addPartner.slice(0, -1), 'TSN2']), {
    code: 1,
    err: /exists with name "Clinic" and submitter id TSN1/,
  });
  t.match(await run(cwd, ['partner', 'add', 'other', '--name', 'O', '--submitter-id', 'TSN1']), {
    code: 1,
    err: /belongs to trading partner clinic/,
  });
  t.match(await run(cwd, ['partner', 'add', '../x', '--name', 'O', '--submitter-id', 'T']), {
    code: 2,
    err: /not a trading partner id/,
  });
  t.match(await run(cwd, addUser, 'password\n'), { code: 1, err: /not taken:[\s\S]*at least 14/ });
  t.match(await run(cwd, addUser, ''), { code: 2, err: /No password was given/ });
  const added = await run(cwd, addUser, `${password}\n`);
  t.match(added, { code: 0, out: /jo\.doe of clinic was added[\s\S]*SFTP Account Setup\/Update/ });
  t.match(await run(cwd, addUser), { code: 0, out: /nothing was changed/ });
  t.match(await run(cwd, ['partner', 'list']), {
    code: 0,
    out: /^ID +NAME +SUBMITTER ID[^\n]*\nclinic +Clinic +TSN1/,
  });
  t.match(JSON.parse((await run(cwd, ['user', 'show', 'JO.DOE', '--json'])).out), {
    id: 'jo.doe',
    partner: 'clinic',
    sftpAccount: 'not-set-up',
    roles: ['general-user'],
  });
  t.match(await run(cwd, ['account', 'list']), { code: 0, out: /jo\.doe +clinic +not-set-up/ });
  t.match(await run(cwd, ['account', 'disable', 'jo.doe']), { code: 1, err: /has no SFTP account/ });
  t.match(await run(cwd, ['user', 'passwd', 'jo.doe'], 'Amber-Falcon-7-Meadow\n'), {
    code: 0,
    out: /version 2/,
  });
  t.match(await run(cwd, ['transmission', 'list']), { code: 0, out: /no such transmissions/ });
  t.match(await run(cwd, ['transmission', 'show', 'nonsense']), { code: 2, err: /not a transmission id/ });
  t.match(await run(cwd, ['audit', 'verify']), { code: 0, out: /intact: 4 records/ });
  const everything = JSON.stringify(await run(cwd, ['audit', 'list', '--json']));
  t.notMatch(everything, /Violet|Amber/);
});

test('what cannot be tried ends with 2 and says the cure, in JSON for programs', { skip }, async (t) => {
  const cwd = t.testdir({ 'claimgate.yaml': 'sftp:\n  prot: 22\n' });
  t.match(await run(cwd, ['config', 'check']), {
    code: 2,
    out: '',
    err: /sftp\.prot[\s\S]*Did you mean sftp\.port/,
  });
  t.match(JSON.parse((await run(cwd, ['partner', 'list', '--json'])).err), {
    error: { code: 'admin.command-failure' },
  });
  const empty = t.testdir({});
  t.match(await run(empty, ['config', 'check']), { code: 0, out: /the defaults apply/ });
  t.match(await run(empty, ['config', 'print']), { code: 0, out: /port: 2022/ });
  t.match(await run(empty, ['frobnicate']), { code: 2, err: /claimgate --help/ });
  t.match(await run(empty, ['partner']), { code: 2, err: /add, list, show, access/ });
  t.match(await run(empty, ['partner', 'add', 'x']), { code: 2, err: /name/ });
  t.match(await run(empty, ['partner', 'add', '--help']), { code: 0, out: /--submitter-id[\s\S]*Examples/ });
  t.match(await run(empty, ['--version']), { code: 0, out: /^\d+\.\d+\.\d+/ });
});

test('edi validate and edi ack answer files without a server', { skip }, async (t) => {
  const cwd = t.testdir();
  t.match(await run(cwd, ['edi', 'validate', fixture('p-00-valid')]), { code: 0, out: /accepted/ });
  t.match(await run(cwd, ['edi', 'validate', fixture('ele-02-clm02-alpha')]), {
    code: 1,
    out: /CLM[\s\S]*2300/,
  });
  t.match(await run(cwd, ['edi', 'validate', fixture('env-14-empty')]), {
    code: 2,
    out: /not readable as X12/,
  });
  t.match(await run(cwd, ['edi', 'validate', join(cwd, 'nowhere.x12')]), {
    code: 2,
    err: /cannot be opened/,
  });
  const several = await run(cwd, [
    'edi',
    'validate',
    '--json',
    fixture('p-00-valid'),
    fixture('set-06-one-good-one-bad'),
  ]);
  t.equal(several.code, 1);
  t.match(JSON.parse(several.out), [{ kind: 'x12' }, { interchanges: [{ verdict: 'partially-accepted' }] }]);
  const ack = await run(cwd, ['edi', 'ack', fixture('ele-02-clm02-alpha'), '--now', '2026-01-31T12:00Z']);
  t.equal(ack.code, 1);
  t.matchOnlyStrict(
    ack.out.split('~').map((segment) => segment.trim()),
    [
      'ISA*00*          *00*          *ZZ*RECEIVER       *ZZ*SUBMITTER      *260131*1200*^*00501*000000001*0*T*:',
      'TA1*000000001*240101*1200*A*000',
      'GS*FA*RECEIVER*SUBMITTER*20260131*1200*1*X*005010X231A1',
      'ST*999*0001*005010X231A1',
      'AK1*HC*1*005010X222A1',
      'AK2*837*0001*005010X222A1',
      'IK3*CLM*19*2300*8',
      'CTX*CLM01:26463774',
      'IK4*2*782*6*1O0',
      'IK5*R*5',
      'AK9*R*1*1*0',
      'SE*9*0001',
      'GE*1*1',
      'IEA*1*000000001',
      '',
    ],
  );
  mkdirSync(join(cwd, 'answers'));
  t.match(await run(cwd, ['edi', 'ack', fixture('p-00-valid'), '--out', 'answers']), {
    code: 0,
    out: /Wrote answers/,
  });
  t.equal(readdirSync(join(cwd, 'answers')).length, 1);
  writeFileSync(join(cwd, 'picture.x12'), Buffer.from('504b0304', 'hex'));
  t.match(await run(cwd, ['edi', 'ack', join(cwd, 'picture.x12')]), { code: 2, err: /ZIP/i });
});

test('the demo shows the whole main job and ends well', { skip, timeout: 120_000 }, async (t) => {
  const ran = await run(t.testdir(), ['demo', '--json']);
  t.equal(ran.err, '');
  t.equal(ran.code, 0);
  const told = JSON.parse(ran.out);
  t.equal(told.ok, true);
  t.equal(told.acknowledgements.length, demoFiles.length);
});

test('the demo sends the project’s own baseline files', (t) => {
  const own = (name: string) => readFileSync(fixture(name), 'utf8');
  for (const file of demoFiles) {
    const numbered = file.content.replaceAll('000000004', '000000001').replaceAll('000000005', '000000001');
    t.equal(numbered, own(file.name.replace('.x12', '')), file.name);
  }
  t.end();
});
