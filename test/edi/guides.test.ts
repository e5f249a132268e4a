import { test } from 'tap';
import { GUIDE_277CA } from '../../edi/guides/277ca-x214.ts';
import { GUIDE_837D } from '../../edi/guides/837d-x224a2.ts';
import { GUIDE_837I } from '../../edi/guides/837i-x223a2.ts';
import { GUIDE_837P } from '../../edi/guides/837p-x222a1.ts';
import { GUIDE_999 } from '../../edi/guides/999-x231a1.ts';
import { type FullSegment, fullSet, inEnvelope } from './support/full-set.ts';
import { library, onlyInterchange, validate } from './support/validate.ts';

const GUIDES: Readonly<Record<string, string>> = {
  '837P': GUIDE_837P,
  '837I': GUIDE_837I,
  '837D': GUIDE_837D,
  '999': GUIDE_999,
  '277CA': GUIDE_277CA,
};

/** What rejects a set, one line a finding. */
function rejections(text: string): string[] {
  // What the guides say in words is not their data: the sets below are full, but make no sense.
  const { groups } = onlyInterchange(validate(text, { profile: { snipSeverities: { 3: 'off', 4: 'off' } } }));
  return groups.flatMap((group) => [
    ...group.codes.map((code) => `AK905 ${code}`),
    ...group.sets.flatMap(({ codes }) => codes.filter((code) => code !== '5').map((code) => `IK502 ${code}`)),
    ...group.sets.flatMap(({ findings }) =>
      findings
        .filter((finding) => finding.severity !== 'report')
        .map((f) =>
          `${f.segmentId} ${f.position} ${f.loop} ${f.segmentCode} ${f.element?.code ?? ''}`.trim(),
        ),
    ),
  ]);
}

function withoutPosition(rejection: string): string {
  return rejection.replace(/ \d+/, '');
}

/** Segments whose absence alone is the fault: required, not the first of a loop, and unlike their neighbours. */
function removable(segments: readonly FullSegment[]): number[] {
  return [...segments.keys()].filter((at) => {
    const it = segments[at] as FullSegment;
    return it.source.usage === 'R' && !it.opens && it.source.id !== 'ST';
  });
}

test('every guide of the library compiles and is proved here', async (t) => {
  const compiled = library.versions.map((version) => library.find(version)?.guide);
  t.same(compiled.map((guide) => guide?.name).sort(), Object.keys(GUIDES).sort());
  t.same(
    compiled.map((guide) => guide?.version),
    library.versions,
  );
});

for (const [name, text] of Object.entries(GUIDES)) {
  test(`${name}: a set that uses every place of the guide is accepted`, async (t) => {
    const { guide, segments } = fullSet(text);
    t.equal(guide.name, name);
    t.same(
      rejections(
        inEnvelope(
          guide,
          segments.map((s) => s.text),
        ),
      ),
      [],
    );
  });

  test(`${name}: without one required segment, that one is missing and nothing else`, async (t) => {
    const { guide, segments } = fullSet(text);
    const texts = segments.map((segment) => segment.text);
    for (const at of removable(segments)) {
      const { source, loop } = segments[at] as FullSegment;
      const found = rejections(inEnvelope(guide, texts.toSpliced(at, 1)));
      // Where exactly depends on what may stand at the same position (RFI 41), so that is left out here.
      t.same(
        found.map(withoutPosition),
        [`${source.id} ${loop} 3`],
        `${source.id} ${source.name} in ${loop}`,
      );
    }
  });

  test(`${name}: a segment once too often is told`, async (t) => {
    const { guide, segments } = fullSet(text);
    const texts = segments.map((segment) => segment.text);
    for (const [at, { source, loop, opens }] of segments.entries()) {
      if (opens || !Number.isFinite(source.max) || source.id === 'ST') continue;
      const extra = Array.from({ length: source.max }, () => texts[at] as string);
      const found = rejections(inEnvelope(guide, texts.toSpliced(at, 0, ...extra)));
      const position = at + 1 + source.max;
      t.same(found, [`${source.id} ${position} ${loop} 5`], `${source.id} ${source.name} in ${loop}`);
    }
  });
}
