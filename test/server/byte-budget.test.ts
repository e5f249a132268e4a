import { test } from 'tap';
import { ByteBudget } from '../../server/byte-budget.ts';
import { PartnerBudgets } from '../../server/partner-budgets.ts';
import { SocketHold } from '../../server/socket-hold.ts';
import { partnerId } from '../support/storage.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a partner may not take more than its part, and everyone together not more than the whole', async (t) => {
  const whole = new ByteBudget(100);
  const budgets = new PartnerBudgets({ whole, limitBytes: 60 });
  const greedy = budgets.enter(partnerId('greedy'));
  const alsoGreedy = budgets.enter(partnerId('greedy'));
  const modest = budgets.enter(partnerId('modest'));
  t.equal(greedy.budget, alsoGreedy.budget, 'connections of one partner share');
  greedy.budget.adjust(60);
  t.notOk(alsoGreedy.budget.hasRoom);
  t.ok(modest.budget.hasRoom);
  modest.budget.adjust(40);
  t.notOk(modest.budget.hasRoom, 'the whole is full');
  const woken: string[] = [];
  greedy.budget.whenRoom(() => woken.push('greedy'));
  modest.budget.whenRoom(() => woken.push('modest'));
  greedy.budget.adjust(-1);
  await turn();
  await turn();
  t.same(woken.sort(), ['greedy', 'modest']);
});

test('who waited for its part waits for the whole when that is full by then', async (t) => {
  const whole = new ByteBudget(100);
  const part = new ByteBudget(10, whole);
  part.adjust(10);
  whole.adjust(90);
  let woken = 0;
  part.whenRoom(() => {
    woken += 1;
  });
  whole.adjust(5);
  part.adjust(-5);
  await turn();
  await turn();
  t.equal(woken, 0, 'the part has room, the whole has not');
  whole.adjust(-1);
  await turn();
  t.equal(woken, 1);
  part.forget(() => undefined);
});

test('a partner that left has nothing held against it when it comes again', (t) => {
  const budgets = new PartnerBudgets({ whole: new ByteBudget(100), limitBytes: 10 });
  const first = budgets.enter(partnerId('clinic'));
  first.leave();
  first.leave();
  t.not(budgets.enter(partnerId('clinic')).budget, first.budget);
  t.end();
});

function startHold() {
  const budget = new ByteBudget(1000);
  const facts = { unread: 0, blocked: false, requests: 1, nowMs: 0 };
  const said: string[] = [];
  const hold = new SocketHold({
    socket: { pause: () => said.push('pause'), resume: () => said.push('resume') } as never,
    budget,
    unreadBytes: () => facts.unread,
    isBlocked: () => facts.blocked,
    requestsInFlight: () => facts.requests,
    sipMs: 1000,
    now: () => facts.nowMs,
  });
  return { budget, facts, said, hold };
}

test('a connection is not read while the budget is full, and read again with room kept for it', async (t) => {
  const { budget, said, hold } = startHold();
  hold.received();
  t.same(said, [], 'there is room');
  budget.adjust(1000);
  hold.received();
  hold.received();
  t.same(said, ['pause']);
  budget.adjust(-500);
  await turn();
  t.same(said, ['pause', 'resume']);
  t.equal(budget.usedBytes, 500 + 64 * 1024, 'what the read may bring is kept');
  hold.received();
  t.equal(budget.usedBytes, 500);
});

test('a connection is not read while bytes of it wait for its session', (t) => {
  const { facts, said, hold } = startHold();
  facts.unread = 1;
  hold.received();
  t.same(said, ['pause']);
  facts.unread = 0;
  hold.judge();
  t.same(said, ['pause', 'resume']);
  t.end();
});

test('a connection that needs something of its client, or has nothing under way, is never held', (t) => {
  const { budget, facts, said, hold } = startHold();
  budget.adjust(1000);
  facts.requests = 0;
  hold.received();
  Object.assign(facts, { requests: 1, blocked: true, unread: 1 });
  hold.received();
  t.same(said, []);
  facts.blocked = false;
  hold.judge();
  facts.blocked = true;
  hold.judge();
  t.same(said, ['pause', 'resume'], 'and no longer once it does');
  t.end();
});

test('a held connection is read once from time to time, and let go of at its end', (t) => {
  const { budget, facts, said, hold } = startHold();
  budget.adjust(1000);
  hold.received();
  hold.watch();
  t.ok(hold.isHeld);
  facts.nowMs = 1000;
  hold.watch();
  t.same(said, ['pause', 'resume']);
  hold.received();
  t.ok(hold.isHeld);
  hold.release();
  t.notOk(hold.isHeld);
  hold.judge();
  t.notOk(hold.isHeld, 'for good');
  t.end();
});
