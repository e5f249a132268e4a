import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { printProfileReference } from '../../admin/partner-profile-reference.ts';
import {
  type ProfileKeyName,
  parseProfileValue,
  profileKeys,
  profileOf,
} from '../../domain/partner-profile.ts';
import { fitsNames } from '../../domain/profile-value.ts';
import { isRuleId } from '../../edi/rule-facts.ts';
import { whyNotBuilt } from '../support/command.ts';
import { openCommandDesk } from '../support/command-desk.ts';

test('docs/partner-profile.md is what the command prints', (t) => {
  const page = readFileSync(new URL('../../docs/partner-profile.md', import.meta.url), 'utf8');
  t.equal(page, printProfileReference(), 'claimgate partner profile reference > docs/partner-profile.md');
  t.end();
});

test('every key takes its example, and reads it back from the one form in which it is kept', (t) => {
  for (const [name, { example }] of Object.entries(profileKeys)) {
    const key = name as ProfileKeyName;
    const parsed = parseProfileValue(key, ` ${example} `, isRuleId);
    if (parsed.kind === 'invalid') {
      t.fail(`${name}: ${parsed.why}`);
      continue;
    }
    t.strictSame(parseProfileValue(key, parsed.text, isRuleId), parsed, name);
    t.not(profileOf({ [name]: parsed.text })[key], undefined, name);
  }
  t.end();
});

test('what cannot be a value is refused with a sentence', (t) => {
  const wrong: readonly (readonly [ProfileKeyName, string])[] = [
    ['senders', ''],
    ['senders', 'ABCDEFGHIJKLMNOPQ'],
    ['usage', 'sometimes'],
    ['severities', 'claim.balance:maybe'],
    ['severities', 'claim.balance:off,claim.ballance:off'],
    ['snipSeverities', '8:reject'],
    ['duplicateWindowDays', '0'],
    ['maxFileBytes', '1.5'],
    ['filesPerHour', '-1'],
    ['acknowledgementName', '{name}.999'],
    ['dispatchName', '{patient}.x12'],
    ['dispatchName', '../{name}'],
    ['dispatchName', '.{name}'],
    ['delimiters', '*^:*'],
    ['delimiters', '*^:A'],
    ['timeZone', 'Mars/Olympus'],
    ['inboundNames', 'a/b'],
    ['inboundNames', 'a,'.repeat(5001)],
  ];
  for (const [key, text] of wrong) {
    const parsed = parseProfileValue(key, text, isRuleId);
    t.equal(parsed.kind, 'invalid', `${key}=${text.slice(0, 40)}`);
  }
  t.throws(() => profileOf({ usage: 'sometimes' }), 'and what the database holds is not guessed at');
  t.strictSame(profileOf({ fromTheFuture: 'x', split: 'on' }), { split: true });
  t.end();
});

test('file names fit patterns with stars, whatever their case', (t) => {
  for (const [pattern, name, expected] of [
    ['*.x12', 'claims.X12', true],
    ['*.x12', 'claims.txt', false],
    ['CLM_*_*.837', 'clm_2026_1.837', true],
    ['CLM_*_*.837', 'clm_2026.837', false],
    ['exact.x12', 'exact.x12', true],
    ['exact.x12', 'exact.x12.x12', false],
    ['a*a', 'a', false],
    ['*', 'anything', true],
  ] as const) {
    t.equal(fitsNames([pattern], name), expected, `${pattern} ${name}`);
  }
  t.end();
});

test('the command sets, shows where values come from, takes back, and does nothing twice', {
  skip: whyNotBuilt() ?? false,
}, async (t) => {
  const cwd = t.testdir();
  const desk = openCommandDesk(t);
  const json = async (...args: readonly string[]) =>
    JSON.parse((await desk.run(cwd, [...args, '--json'])).out);
  await json('partner', 'add', 'acme', '--name', 'Acme', '--submitter-id', 'TSN1');
  const set = ['partner', 'profile', 'set', 'acme'];
  t.match(await json(...set, 'usage=test', 'severities=claim.balance:reject'), {
    changed: true,
    keys: ['usage', 'severities'],
    profile: { usage: { value: 'test', from: 'partner' }, split: { value: null, from: 'everyone' } },
  });
  t.match(await json(...set, 'usage=test'), { changed: false });
  t.match(await json(...set, 'usage='), { changed: true, profile: { usage: { value: null } } });
  const refused = await desk.run(cwd, [
    ...set,
    'usage=never',
    'colour=blue',
    'severities=claim.nothing:reject',
    'x',
  ]);
  t.equal(refused.code, 2);
  t.match(
    refused.err,
    /usage: it is one of.*\n.*no key "colour".*\n.*no rule "claim.nothing".*\n.*not key=value/,
  );
  t.match(await json('partner', 'profile', 'show', 'acme'), { profile: { usage: { value: null } } });
  t.match(
    (await desk.run(cwd, ['partner', 'profile', 'show', 'acme'])).out,
    /severities +claim.balance:reject +partner/,
  );
  t.equal((await desk.run(cwd, ['partner', 'profile', 'show', 'nobody'])).code, 1);
  const { out } = await desk.run(cwd, ['audit', 'list', '--json']);
  t.match(out, /partner\.profile/);
});
