// `claimgate apply` and `claimgate export`: partners and users as a file.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import { exportState } from '../../admin/apply-export.ts';
import { planApply } from '../../admin/apply-plan.ts';
import { printPlan, usersOf } from '../../admin/apply-report.ts';
import { runPlan } from '../../admin/apply-run.ts';
import { newBlame, parseWanted } from '../../admin/apply-wanted.ts';
import { readProvisioning } from '../../config/provisioning.ts';
import { type Core, openCore } from '../../core.ts';
import { everyRight } from '../../domain/right.ts';
import { verifyAuditTrail } from '../../storage/audit-trail.ts';
import { readProvisionedState } from '../../storage/provision-store.ts';
import { run, whyNotBuilt } from '../support/command.ts';
import { openCommandDesk } from '../support/command-desk.ts';
import { testConfig } from '../support/gateway.ts';
import { until } from '../support/until.ts';

const skip = whyNotBuilt() ?? false;
const actor = { kind: 'administrator', name: 'test' } as const;

const file = `partners:
  - id: clinic
    name: Clinic
    submitterId: TSN1
    authentication: both
    allowedNetworks: [192.0.2.0/24]
    send: [837P, 270]
    receive: all
    profile:
      usage: test
      filesPerHour: 600
    users:
      - id: jdoe
        firstName: Jo
        lastName: Doe
        email: Jo@clinic.example
        role: office-administrator
        status: active
      - id: mroe
        firstName: Max
        lastName: Roe
        email: max@clinic.example
        send: [837P]
        receive: none
`;

test('a file is told as a difference, made so, and changes nothing a second time', { skip }, async (t) => {
  const cwd = t.testdir({ 'partners.yaml': file });
  const desk = openCommandDesk(t);
  const apply = (...more: readonly string[]) => desk.run(cwd, ['apply', '-f', 'partners.yaml', ...more]);
  const dry = await apply('--dry-run');
  t.match(dry, {
    code: 0,
    out: /\+ partner clinic {2}Clinic \(TSN1\)\n {4}authentication: both\n {4}allowedNetworks: 192\.0\.2\.0\/24\n {4}send: 837P, 270\n {4}receive: .*\n {4}profile\.usage: test\n {4}profile\.filesPerHour: 600\n\+ user jdoe of clinic/,
    err: /Nothing was changed/,
  });
  t.match(await desk.run(cwd, ['partner', 'list']), { out: /no trading partners/ });
  t.match(await apply(), { code: 0, out: /2 to create/, err: 'Done.\n' });
  t.match(await desk.run(cwd, ['partner', 'access', 'clinic']), {
    out: /authentication: +both\nallowed: +192\.0\.2\.0\/24/,
  });
  t.match(await desk.run(cwd, ['user', 'show', 'mroe', '--json']), { out: /"status": "unconfirmed"/ });
  t.match(JSON.parse((await desk.run(cwd, ['grant', 'list', 'mroe', '--json'])).out).grants, [
    { transaction: '837P', inForce: true },
  ]);
  t.match(await desk.run(cwd, ['mail', 'list']), { out: /invitation/ });
  t.match(JSON.parse((await apply('--json')).out), {
    applied: true,
    counts: { partners: { unchanged: 1, change: 0 }, users: { unchanged: 2, create: 0 } },
  });
  const before = (await desk.run(cwd, ['audit', 'list', '--json', '--limit', '1'])).out;
  const exported = await desk.run(cwd, ['export']);
  writeFileSync(join(cwd, 'exported.yaml'), exported.out);
  t.match(await desk.run(cwd, ['apply', '-f', 'exported.yaml']), {
    code: 0,
    out: /^Partners: 0 to create, 0 to change, 1 unchanged/,
  });
  t.equal(
    (await desk.run(cwd, ['audit', 'list', '--json', '--limit', '1'])).out,
    before,
    'not even a record',
  );
  t.notMatch(exported.out, /assword|hash/i);

  writeFileSync(
    join(cwd, 'partners.yaml'),
    file.replace('name: Clinic', 'name: New name').replace(/ {6}- id: mroe[\s\S]*/, ''),
  );
  t.match(await apply('--prune'), {
    code: 0,
    out: /name: Clinic -> New name\n- user mroe of clinic {2}is not in the file/,
  });
  t.match(JSON.parse((await desk.run(cwd, ['user', 'show', 'mroe', '--json'])).out), { status: 'disabled' });
  writeFileSync(
    join(cwd, 'profile.yaml'),
    'partners: [{ id: clinic, name: New name, submitterId: TSN1, profile: { usage: both, filesPerHour: } }]',
  );
  t.match(await desk.run(cwd, ['apply', '-f', 'profile.yaml']), {
    code: 0,
    out: /profile\.usage: test -> both\n {4}profile\.filesPerHour: 600 -> as for everyone/,
  });
  t.match(await desk.run(cwd, ['audit', 'verify']), { code: 0 });
});

test('what does not fit is told with its line, all of it, and nothing is changed', { skip }, async (t) => {
  const cwd = t.testdir();
  const desk = openCommandDesk(t);
  const refused = async (text: string): Promise<string> => {
    writeFileSync(join(cwd, 'p.yaml'), text);
    const ran = await desk.run(cwd, ['apply', '-f', 'p.yaml']);
    t.equal(ran.code, 2, ran.err + ran.out);
    return ran.err;
  };
  t.match(await refused('partners:\n  - id: [\n'), /p\.yaml:\d+: It is not valid YAML/);
  t.match(
    await refused(file.replace('lastName: Roe', 'lastName: Roe\n        password: secret')),
    /p\.yaml:\d+: .*passwords, keys and SFTP accounts/,
  );
  const wrong = file
    .replace('[837P, 270]', '[837X, 270]')
    .replace('192.0.2.0/24', '192.0.2.0/99')
    .replace('id: mroe', 'id: jdoe')
    .replace('usage: test', 'usage: perhaps');
  const told = await refused(wrong);
  t.match(told, /p\.yaml:6: "192\.0\.2\.0\/99" is no address/);
  t.match(told, /p\.yaml:10: Usage: [\s\S]* such as usage=test/);
  t.match(told, /p\.yaml:7: "837X" is not a transaction that partners send/);
  t.match(told, /p\.yaml:19: user jdoe stands in line 13 already/);
  t.match(await desk.run(cwd, ['partner', 'list']), { out: /no trading partners/ });
  t.match(await desk.run(cwd, ['apply', '-f', 'nowhere.yaml']), { code: 2, err: /cannot be read/ });

  writeFileSync(join(cwd, 'p.yaml'), file);
  t.equal((await desk.run(cwd, ['apply', '-f', 'p.yaml'])).code, 0);
  t.match(
    await refused(file.replace('role: office-administrator', 'role: general-user')),
    /without an active office administrator/,
  );
  t.match(
    await refused(file.replace('id: clinic', 'id: other')),
    /submitter id TSN1 belongs to trading partner clinic[\s\S]*belongs to trading partner clinic\. Users move/,
  );
});

const open = (root: string): Core =>
  openCore({ config: testConfig(join(root, 'data')), observe: () => undefined });

/** Applies a text. @returns what the plan said */
async function apply(core: Core, text: string, prune = false) {
  const read = readProvisioning(text);
  if (read.kind === 'refused') throw new Error(JSON.stringify(read.problems));
  const blame = newBlame();
  const wanted = parseWanted(read, blame);
  const plan = planApply(await readProvisionedState(core.database), { wanted, prune }, blame);
  if (blame.problems.length > 0) throw new Error(JSON.stringify(blame.problems));
  await runPlan({ core, actor, advance: () => undefined }, plan);
  return plan;
}

test('who runs the gateway is in the file: made, changed and pruned by it, and never by a secret', async (t) => {
  const core = open(t.testdir());
  const facts = 'firstName: A, lastName: B, email: a@state.example';
  const two = `users:
  - { id: admin, ${facts}, administrator: true }
  - { id: auditor, ${facts}, status: active }
`;
  const said = async (text: string, prune = false) => printPlan(await apply(core, text, prune), 99);
  t.match(
    await said(two),
    /^\+ user admin of no trading partner {2}invited\n {4}administrator: true\n\+ user auditor of no trading partner {2}active\n/,
  );
  t.match(await said(two), /^Partners: .* Users: 0 to create, 0 to change, 0 to disable, 2 unchanged/);
  const now = () => readProvisionedState(core.database);
  t.match(await now(), { users: new Map([['admin', { status: 'unconfirmed' }]]) });
  t.strictSame([...(await now()).administrators], ['admin']);
  const mails = await core.database.sql.selectFrom('mails').select(['kind', 'user_id']).execute();
  t.match(
    mails,
    [{ kind: 'invitation', user_id: 'admin' }],
    'a link to choose a password with, and nothing else',
  );
  const exported = exportState(await now(), undefined);
  t.match(exported.users, [
    { id: 'admin', administrator: true, status: 'invited' },
    { administrator: false },
  ]);
  t.match(await said(JSON.stringify(exported)), /^Partners: .* 0 to change, 0 to disable, 2 unchanged/);

  const other = `users: [{ id: auditor, ${facts}, administrator: true }]`;
  t.match(
    await said(other, true),
    /^~ user auditor of no trading partner\n {4}administrator: false -> true\n- user admin of no trading partner/,
  );
  t.match(await now(), { users: new Map([['admin', { status: 'disabled' }]]) });
  t.match(await said(other.replace('true', 'false')), /administrator: true -> false/);
  t.match(await said('users: []', true), / 0 to disable/, 'who is no administrator stays');

  await t.rejects(apply(core, two.replace(', administrator', ', role: general-user, administrator')), {
    message:
      /"line":2,"message":"users\.0: there is no role here: a user of no trading partner has no office/,
  });
  await t.rejects(apply(core, two.replace(', administrator', ', password: x, administrator')), {
    message: /passwords, keys and SFTP accounts/,
  });
  await t.rejects(apply(core, two.replace('auditor', 'admin')), {
    message: /"line":3,"message":"user admin stands in line 2/,
  });
  const partner = (id: string) =>
    `partners: [{ id: clinic, name: C, submitterId: T, users: [{ id: ${id}, ${facts}, administrator: true }] }]`;
  await t.rejects(apply(core, partner('auditor')), { message: /belongs to no trading partner/ });
  t.match(await said(partner('jdoe')), /\+ user jdoe of clinic .*\n {4}administrator: true/);
  t.strictSame(
    [...(await now()).administrators],
    ['admin', 'jdoe'],
    'a user of a partner may run the gateway too',
  );
  await t.rejects(apply(core, two.replace('auditor', 'jdoe')), {
    message: /belongs to trading partner clinic/,
  });
  t.notHas(exportState(await now(), 'clinic'), { users: [] }, 'and one partner is exported without them');
  t.match(await verifyAuditTrail(core.database), { kind: 'intact' });
  await core.close();
});

const rights = (direction: 'send' | 'receive') =>
  fc.oneof(
    fc.constantFrom('all' as const, 'none' as const, undefined),
    fc.subarray(
      everyRight
        .filter((right) => right.direction === direction)
        .map(({ transaction }) => transaction as string),
    ),
  );
const person = fc.constantFrom('Ann', 'Zoë', "O'Neil", 'name: "x" # y', '- [a]', 'null', '12');
const anyone = fc.record({
  firstName: person,
  lastName: person,
  kind: fc.constantFrom('individual', 'business', 'government', undefined),
  administrator: fc.constantFrom(true, false, undefined),
  status: fc.constantFrom('invited', 'active', 'disabled', 'expired', undefined),
});
const anyPartner = fc.record({
  name: person,
  authentication: fc.constantFrom('password', 'public-key', 'either', 'both', undefined),
  allowedNetworks: fc.constantFrom(undefined, [], ['192.0.2.1'], ['192.0.2.0/24', '2001:db8::/32']),
  send: rights('send'),
  receive: rights('receive'),
  profile: fc.constantFrom(
    undefined,
    {},
    { split: 'on' },
    { usage: 'test', timeZone: 'America/New_York', split: '' },
    { inboundNames: Array.from({ length: 50 }, (_, which) => `${'n'.repeat(90)}-${which}`).join(',') },
  ),
  users: fc.array(
    fc.record({
      firstName: person,
      lastName: person,
      kind: fc.constantFrom('individual', 'business', 'government', undefined),
      role: fc.constantFrom('office-administrator', 'user-administrator', 'general-user', undefined),
      administrator: fc.constantFrom(true, undefined),
      status: fc.constantFrom('invited', 'active', 'disabled', 'expired', undefined),
      send: rights('send'),
      receive: rights('receive'),
    }),
    { maxLength: 4 },
  ),
});

test('what is exported, applied anywhere, gives the same, and changes nothing where it came from', async (t) => {
  let at = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyPartner, { maxLength: 3 }),
      fc.array(anyone, { maxLength: 3 }),
      async (some, few) => {
        at += 1;
        const users = few.map((user, which) => ({ ...user, id: `own-${which}`, email: 'own@example.org' }));
        const partners = some.map((partner, index) => ({
          ...partner,
          id: `partner-${index}`,
          submitterId: `TSN ${index}`,
          users: partner.users.map((user, which) => ({
            ...user,
            id: `u${index}-${which}`,
            email: `u${which}@example.org`,
          })),
        }));
        const root = t.testdir({ [`one-${at}`]: {}, [`other-${at}`]: {} });
        const one = open(join(root, `one-${at}`));
        const other = open(join(root, `other-${at}`));
        try {
          await apply(one, JSON.stringify({ partners, users }));
          const exported = exportState(await readProvisionedState(one.database), undefined);
          const again = await apply(one, JSON.stringify(exported));
          const kinds = [...again.partners, ...usersOf(again)].map(({ kind }) => kind);
          if (kinds.some((kind) => kind !== 'unchanged')) throw new Error(JSON.stringify(again));
          await apply(other, JSON.stringify(exported));
          const copied = exportState(await readProvisionedState(other.database), undefined);
          if (JSON.stringify(copied) !== JSON.stringify(exported))
            throw new Error(JSON.stringify({ exported, copied }));
        } finally {
          await one.close();
          await other.close();
        }
      },
    ),
    { numRuns: 6 },
  );
});

test('SIGKILL in the middle leaves whole partners and users, and a second run does the rest', {
  skip,
  timeout: 180_000,
}, async (t) => {
  const cwd = t.testdir();
  const partners = Array.from({ length: 30 }, (_, at) => ({
    id: `p${at}`,
    name: `Partner ${at}`,
    submitterId: `TSN${at}`,
    users: Array.from({ length: 20 }, (_unused, which) => ({
      id: `user-${at}-${which}`,
      firstName: 'F',
      lastName: 'L',
      email: `u${at}.${which}@example.org`,
    })),
  }));
  writeFileSync(join(cwd, 'many.yaml'), JSON.stringify({ partners }));
  const main = new URL('../../dist/admin/main.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, 'apply', '-f', 'many.yaml'], {
    cwd,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'] },
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.on('close', (_code, signal) => resolve(signal)),
  );
  // As soon as some of them are there, and long before the last one.
  const watching = open(cwd);
  await until(
    'some users are there',
    async () => {
      const row = await watching.database.sql
        .selectFrom('users')
        .select((of) => of.fn.countAll().as('count'))
        .executeTakeFirst();
      return Number(row?.count ?? 0) >= 40;
    },
    60_000,
  );
  child.kill('SIGKILL');
  t.equal(await ended, 'SIGKILL', 'it was still at work');
  await watching.close();
  const core = open(cwd);
  const state = await readProvisionedState(core.database);
  t.ok(state.users.size > 0 && state.users.size < 600, `${state.users.size} users`);
  for (const id of state.users.keys()) t.equal(state.granted.get(id)?.length, everyRight.length, id);
  t.match(await verifyAuditTrail(core.database), { kind: 'intact' });
  await core.close();
  t.match(await run(cwd, ['apply', '-f', 'many.yaml']), { code: 0 });
  t.match(JSON.parse((await run(cwd, ['apply', '-f', 'many.yaml', '--json'])).out).counts, {
    partners: { unchanged: 30 },
    users: { unchanged: 600 },
  });
});
