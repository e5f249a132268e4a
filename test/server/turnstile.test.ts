import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'tap';
import { Turnstile } from '../../server/turnstile.ts';

test('one passes in a turn of the event loop, the first at once and all in their order', async (t) => {
  const turnstile = new Turnstile();
  const passed: number[] = [];
  const all = [1, 2, 3, 4].map((number) => turnstile.pass().then(() => passed.push(number)));
  await Promise.resolve();
  await Promise.resolve();
  t.strictSame(passed, [1]);
  for (let turn = 1; passed.length < 4; turn += 1) {
    const before = passed.length;
    await nextTurn();
    t.ok(passed.length - before <= 1, `turn ${turn}`);
  }
  await Promise.all(all);
  t.strictSame(passed, [1, 2, 3, 4]);
  await nextTurn();
  await nextTurn();
  let again = false;
  void turnstile.pass().then(() => {
    again = true;
  });
  await Promise.resolve();
  await Promise.resolve();
  t.ok(again, 'when nobody waits any more it stands open');
});
