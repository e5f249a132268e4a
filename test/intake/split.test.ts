// A partly accepted file is released as one with its accepted sets alone: byte for byte what was sent, counts written
// anew, control numbers kept, and read as accepted by the same engine.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { createFileValidator } from '../../edi/file-validator.ts';
import { createGuideLibrary } from '../../edi/guide-library.ts';
import { defaultProfile } from '../../edi/profile.ts';
import { createSplitPlanner, placeName } from '../../edi/split-plan.ts';
import { readClaims } from '../support/claims.ts';
import { addReadyUserByHand, answersTo, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { agreeWith } from '../support/partner-profile.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { sendAndAwait } from '../support/send-file.ts';
import { until } from '../support/until.ts';

const library = createGuideLibrary();
const partner = 'acme-dental';
const user = 'mfranklin';

function validate(text: string) {
  const validator = createFileValidator({ library, profile: defaultProfile });
  validator.push(Buffer.from(text, 'latin1'));
  const result = validator.end();
  if (result.kind === 'unreadable') throw new Error(result.plain);
  return result;
}

/** Splits a text as the worker does, in chunks of any size. */
function split(text: string, kept: readonly string[], chunkBytes: number): string {
  const bytes = Buffer.from(text, 'latin1');
  const planner = createSplitPlanner(new Set(kept));
  for (let at = 0; at < bytes.length; at += chunkBytes)
    planner.push(bytes.subarray(at, at + chunkBytes), false);
  planner.push(new Uint8Array(), true);
  return planner
    .pieces()
    .map((piece) => (piece.kind === 'text' ? piece.text : text.slice(piece.start, piece.end)))
    .join('');
}

/** The sets of a valid file, ST to SE and what follows. */
const setText = (number: number) => {
  const [, set = ''] = /(ST\*837[\s\S]*?SE\*\d+\*\d+~\r?\n?)/.exec(readClaims('p-00-valid', 1)) ?? [];
  const [, was = ''] = /^ST\*837\*(\d+)/.exec(set) ?? [];
  return set.replaceAll(`*${was}*`, `*${number}*`).replace(`*${was}~`, `*${number}~`);
};
const broken = (set: string) => set.replace(/(CLM\*[^*]+\*)[\d.]+/, '$1abc');

interface Parts {
  readonly random: ReturnType<typeof seededRandom>;
  readonly lineEnd: string;
  /** Those that the engine accepts, in order. */
  readonly good: string[];
  sets: number;
}

function groupText(parts: Parts, group: number): string {
  const { random, lineEnd, good } = parts;
  const [, gs = ''] = /(GS\*[^~]*~)/.exec(readClaims('p-00-valid', 1)) ?? [];
  const count = 1 + random.below(4);
  let text = gs.replace(/^((?:[^*]*\*){6})[^*]*/, `$1${group}`) + lineEnd;
  for (let s = 0; s < count; s += 1) {
    parts.sets += 1;
    const set = setText(1000 + parts.sets).replaceAll('\n', lineEnd);
    const isGood = random.below(3) > 0;
    if (isGood) good.push(set);
    text += isGood ? set : broken(set);
  }
  return `${text}GE*${count}*${group}~${lineEnd}`;
}

/** A file of several interchanges, groups and sets, some of them broken, with a line end of any kind. */
function manyParts(
  seed: string,
  lineEnd: string,
): { readonly text: string; readonly good: readonly string[] } {
  const parts: Parts = { random: seededRandom(seed), lineEnd, good: [], sets: 0 };
  const [, isa = ''] = /^(ISA[^~]*~)/.exec(readClaims('p-00-valid', 1)) ?? [];
  let text = '';
  const interchanges = 1 + parts.random.below(3);
  for (let i = 1; i <= interchanges; i += 1) {
    const control = String(i).padStart(9, '0');
    const groups = 1 + parts.random.below(3);
    text += isa.slice(0, 90) + control + isa.slice(99) + lineEnd;
    for (let g = 1; g <= groups; g += 1) text += groupText(parts, g);
    text += `IEA*${groups}*${control}~${lineEnd}`;
  }
  return { text, good: parts.good };
}

test('what is kept is byte for byte what was sent, and the engine accepts it, whatever the chunks', (t) => {
  let partly = 0;
  for (let seed = 1; seed <= 60; seed += 1) {
    const lineEnd = ['', '\n', '\r\n'][seed % 3] ?? '';
    const { text, good } = manyParts(String(seed), lineEnd);
    const kept = validate(text).interchanges.flatMap((interchange, i) =>
      interchange.groups.flatMap((group, g) =>
        group.sets.flatMap((set, s) => (set.verdict === 'rejected' ? [] : [placeName([i, g, s])])),
      ),
    );
    if (kept.length !== good.length)
      t.fail(`seed ${seed}: ${good.length} good sets, ${kept.length} accepted`);
    if (good.length === 0) continue;
    partly += 1;
    const derived = split(text, kept, 1 + ((seed * 37) % 5000));
    const result = validate(derived);
    const verdicts = new Set(result.interchanges.map(({ verdict }) => verdict));
    const sets = [...derived.matchAll(/ST\*837[\s\S]*?SE\*\d+\*\d+~(?:\r?\n)?/g)].map(([set]) => set);
    const wrong =
      sets.join('') !== good.join('') ||
      [...verdicts].some((verdict) => !verdict.startsWith('accepted')) ||
      (!text.includes('abc') && derived !== text);
    if (wrong || result.warnings.length > 0) t.fail(`seed ${seed}: ${[...verdicts].join()}`);
  }
  t.ok(partly > 40, `${partly} files were split`);
  t.end();
});

async function open(t: Test): Promise<TestGateway> {
  const running = await startTestGateway(t, { config: { roles: ['intake'] } });
  await addReadyUserByHand(running.core, { partner, user });
  return running;
}

const twoSets = (number: number) => readClaims('set-06-one-good-one-bad', number);

async function released(running: TestGateway, id: string) {
  const folder = join(running.dataDirectory, 'backend', 'accepted', partner);
  await until('its manifest', () => readdirSync(folder).includes(`${id}.json`));
  const manifest = JSON.parse(readFileSync(join(folder, `${id}.json`), 'utf8'));
  return { file: readFileSync(join(folder, id), 'latin1'), manifest };
}

test('a partly accepted file is released without its rejected sets where that is agreed', async (t) => {
  const running = await open(t);
  const whole = await sendAndAwait(running.core, { partner, user, name: 'whole.x12', content: twoSets(1) });
  const before = await released(running, whole);
  t.equal(before.file, twoSets(1), 'by default the whole file is');
  t.match(before.manifest, { split: false, file: whole, verdict: 'partially-accepted' });

  await agreeWith(running.core.database, partner, { split: 'on' });
  const id = await sendAndAwait(running.core, { partner, user, name: 'split.x12', content: twoSets(2) });
  const { file, manifest } = await released(running, id);
  const result = validate(file);
  t.match(result.interchanges, [
    { verdict: 'accepted', controlNumber: '000000002', groups: [{ declaredSets: 1, receivedSets: 1 }] },
  ]);
  t.equal(readFileSync(join(running.dataDirectory, manifest.original.path), 'latin1'), twoSets(2));
  t.match(manifest, {
    split: true,
    file: id,
    sizeBytes: Buffer.byteLength(file),
    verdict: 'partially-accepted',
  });
  t.not(manifest.sha256, manifest.original.sha256);
  const [answer] = answersTo(running.dataDirectory, partner, 'split.x12');
  t.match(answer?.text, /AK9\*P\*2\*2\*1/, 'and the 999 says partially accepted');

  const good = await sendAndAwait(running.core, {
    partner,
    user,
    name: 'good.x12',
    content: readClaims('p-00-valid', 3),
  });
  t.match((await released(running, good)).manifest, { split: false }, 'what is accepted whole is not split');
  const faults = running.observations.filter(({ kind }) => kind === 'fault');
  t.strictSame(faults, []);
});
