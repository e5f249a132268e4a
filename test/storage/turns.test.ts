import { test } from 'tap';
import { createTurns } from '../../storage/turns.ts';

function latch() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

test('so many are under way at once, and the rest begin in the order in which they came', async (t) => {
  const takeTurn = createTurns(2);
  const latches = Array.from({ length: 5 }, latch);
  const began: number[] = [];
  const works = latches.map(({ opened }, n) =>
    takeTurn(async () => {
      began.push(n);
      await opened;
      return n * 10;
    }),
  );
  t.same(began, [0, 1]);
  latches[1]?.open();
  t.equal(await works[1], 10);
  t.same(began, [0, 1, 2]);
  for (const { open } of latches) open();
  t.same(await Promise.all(works), [0, 10, 20, 30, 40]);
  t.same(began, [0, 1, 2, 3, 4]);
});

test('work that fails gives its turn back', async (t) => {
  const takeTurn = createTurns(1);
  const failing = takeTurn(() => Promise.reject(new Error('no')));
  const next = takeTurn(async () => 'done');
  await t.rejects(failing, { message: 'no' });
  t.equal(await next, 'done');
  t.equal(await takeTurn(async () => 'again'), 'again');
});
