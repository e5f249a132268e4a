import { test } from 'tap';
import { ByteBudget } from '../../server/byte-budget.ts';
import { SocketHold } from '../../server/socket-hold.ts';

const sipMs = 15_000;

/** A connection of which everything can be said, and a count of what was done to its socket. */
function openHold(limitBytes = 100) {
  const budget = new ByteBudget(limitBytes);
  const done: string[] = [];
  const is = { requests: 1, waiting: false, nowMs: 0 };
  const hold = new SocketHold({
    socket: { pause: () => done.push('pause'), resume: () => done.push('resume') } as never,
    budget,
    requestsInFlight: () => is.requests,
    waitsForClient: () => is.waiting,
    sipMs,
    now: () => is.nowMs,
  });
  return { hold, budget, done, is };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a connection with requests under way is held while the bytes of all are spent, and no longer', async (t) => {
  const { hold, budget, done } = openHold();
  hold.judge();
  t.strictSame(done, []);
  budget.adjust(100);
  hold.judge();
  hold.judge();
  t.strictSame(done, ['pause']);
  budget.adjust(-1);
  await turn();
  t.strictSame(done, ['pause', 'resume']);
  t.notOk(hold.isHeld);
});

test('one without a request under way is read, or those that fill the budget could stop everyone', async (t) => {
  const { hold, budget, done, is } = openHold();
  budget.adjust(100);
  hold.judge();
  is.requests = 0;
  hold.judge();
  t.strictSame(done, ['pause', 'resume']);
});

test('one whose replies wait for its client is read, or it would wait for itself', async (t) => {
  const { hold, budget, done, is } = openHold();
  budget.adjust(100);
  is.waiting = true;
  hold.judge();
  t.strictSame(done, []);
});

test('one that is held for long is read once, and held again after that', async (t) => {
  const { hold, budget, done, is } = openHold();
  budget.adjust(100);
  hold.judge();
  hold.sip();
  is.nowMs = sipMs;
  hold.sip();
  t.strictSame(done, ['pause', 'resume']);
  hold.judge();
  t.strictSame(done, ['pause', 'resume', 'pause']);
});

test('at its end a connection is read, whatever the budget says', async (t) => {
  const { hold, budget, done } = openHold();
  budget.adjust(100);
  hold.judge();
  hold.release();
  hold.judge();
  t.strictSame(done, ['pause', 'resume']);
  budget.adjust(-100);
  await turn();
  t.strictSame(done, ['pause', 'resume'], 'nobody calls back');
});

test('room that comes and goes wakes nobody who is not held, and holding takes no room', async (t) => {
  const { hold, budget, done } = openHold();
  budget.adjust(100);
  hold.judge();
  budget.adjust(-100);
  await turn();
  const before = budget.usedBytes;
  for (let time = 0; time < 5; time += 1) await turn();
  t.equal(budget.usedBytes, before);
  t.strictSame(done, ['pause', 'resume']);
});
