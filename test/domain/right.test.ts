import fc from 'fast-check';
import { test } from 'tap';
import { kindOfGroup, kindOfSet, mayReceive, whatMayNotBeSent } from '../../domain/content-kind.ts';
import { everyRight, noRights, parseRight, printRight, type Right, rightsOf } from '../../domain/right.ts';

const rights = (...words: readonly string[]) =>
  rightsOf(
    everyRight.filter((right) => words.includes(printRight(right))),
    everyRight,
  );

test('rights are read as people write them, each in its own direction', (t) => {
  t.match(parseRight('send', '837p'), { direction: 'send', transaction: '837P' });
  t.match(parseRight('send', 'ncpdp'), { transaction: 'NCPDP D.0' });
  t.match(parseRight('send', 'NCPDP-D.0'), { transaction: 'NCPDP D.0' });
  t.match(parseRight('receive', '837 outbound'), { direction: 'receive', transaction: '837' });
  t.match(parseRight('receive', 'ta1'), { transaction: 'TA1' });
  t.equal(parseRight('receive', '837P'), undefined, 'nobody receives an 837P');
  t.equal(parseRight('send', '835'), undefined, 'and nobody sends an 835');
  t.equal(parseRight('send', ''), undefined);
  for (const right of everyRight) t.same(parseRight(right.direction, right.transaction), right);
  t.end();
});

test('a right beyond what the partner has agreed on counts for nothing', (t) => {
  const agreed = everyRight.filter((right) => right.transaction !== '837I');
  const held = rightsOf(everyRight, agreed);
  t.notOk(held.send.has('837I'));
  t.ok(held.sendsAll, 'all that was agreed on');
  t.notOk(rightsOf([], []).sendsAll, 'nothing is not all');
  t.notOk(rightsOf(everyRight, []).receivesAll);
  t.end();
});

const kinds: readonly (readonly [setId: string, version: string, kind: string])[] = [
  ['837', '005010X222A1', '837P'],
  ['837', '005010X222', '837P'],
  ['837', '005010X223A2', '837I'],
  ['837', '005010X224A2', '837D'],
  ['837', '005010X291', '837P'],
  ['837', '004010X098A1', '837'],
  ['837', '', '837'],
  ['277', '005010X214', '277CA'],
  ['277', '005010X212', '277'],
  ['277', '', '277'],
  ['270', '005010X279A1', '270'],
  ['999', '005010X231A1', 'acknowledgement'],
  ['997', '', 'acknowledgement'],
  ['850', '', 'unknown'],
  ['', '', 'unknown'],
];

test('a set is known by its id and its guide', (t) => {
  for (const [setId, version, kind] of kinds) t.equal(kindOfSet(setId, version), kind, `${setId} ${version}`);
  t.equal(kindOfGroup('HC', '005010X223A2'), '837I');
  t.equal(kindOfGroup('HN', '005010X214'), '277CA');
  t.equal(kindOfGroup('FA', '005010X231A1'), 'acknowledgement');
  t.equal(kindOfGroup('PO', '005010'), 'unknown');
  t.end();
});

test('one kind that may not be sent refuses all, whatever else there is', (t) => {
  const clerk = rights('send 837P', 'receive 999');
  t.same(whatMayNotBeSent(clerk, ['837P']), []);
  t.same(whatMayNotBeSent(clerk, ['837P', '837I', '837P']), ['837I']);
  t.same(whatMayNotBeSent(clerk, ['835']), ['835'], 'what nobody sends is refused to everyone');
  t.same(whatMayNotBeSent(clerk, ['837']), [], 'a claim without a guide of ours is for the 999 to reject');
  t.same(whatMayNotBeSent(rights('send 270'), ['837']), ['837']);
  t.same(whatMayNotBeSent(clerk, []), [], 'an envelope that cannot be read is for the TA1');
  t.same(whatMayNotBeSent(clerk, ['unlisted']), ['unlisted'], 'never what no right names');
  t.same(whatMayNotBeSent(rights('receive 835'), ['acknowledgement']), [], 'who receives answers');
  t.same(whatMayNotBeSent(rights('receive 999', 'receive TA1'), ['acknowledgement']), ['acknowledgement']);
  for (const any of [[], ['unknown'], ['acknowledgement'], ['837'], ['837P']])
    t.not(whatMayNotBeSent(noRights, any).length, 0, `nothing is taken from who may send nothing: ${any}`);
  t.end();
});

test('every kind of a file must be one that may be received', (t) => {
  const clerk = rights('receive 999', 'receive 835');
  t.ok(mayReceive(clerk, ['835']));
  t.notOk(mayReceive(clerk, ['835', '271']));
  t.notOk(mayReceive(clerk, []), 'what nobody knows the kind of is not for everyone');
  t.notOk(mayReceive(clerk, ['unknown']));
  t.ok(mayReceive(clerk, ['report']) && mayReceive(clerk, ['acknowledgement']));
  t.ok(mayReceive(rights('receive 837'), ['837P']), '837 outbound is any of the three');
  t.notOk(mayReceive(rights('receive 835'), ['report']));
  t.ok(mayReceive(rightsOf(everyRight, everyRight), []), 'who receives everything sees everything');
  t.end();
});

test('more rights never forbid what fewer allow', (t) => {
  const some = fc.subarray([...everyRight]) as fc.Arbitrary<Right[]>;
  const held = fc.array(
    fc.constantFrom('837P', '837', '270', '835', '999', 'report', 'unknown', 'acknowledgement'),
  );
  fc.assert(
    fc.property(some, some, held, (few, more, inFile) => {
      const less = rightsOf(few, everyRight);
      const greater = rightsOf([...few, ...more], everyRight);
      t.ok(whatMayNotBeSent(greater, inFile).length <= whatMayNotBeSent(less, inFile).length);
      if (mayReceive(less, inFile)) t.ok(mayReceive(greater, inFile));
    }),
    { numRuns: 200 },
  );
  t.end();
});
