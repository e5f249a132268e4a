import { test } from 'tap';
import { createPace } from '../../hooks/pace.ts';
import { createChanges } from '../../storage/changes.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

function open(perSecond: number, isTransferring = () => false) {
  const changes = createChanges({ version: () => 0, pollMs: 0 });
  return { changes, pace: createPace({ changes, isTransferring, perSecond }) };
}

const timeOf = async (work: () => Promise<void>) => {
  const beganAtMs = performance.now();
  await work();
  return performance.now() - beganAtMs;
};

test('while nothing else goes on, deliveries wait for nothing', async (t) => {
  const { pace } = open(1);
  const tookMs = await timeOf(async () => {
    for (let count = 0; count < 1000; count += 1) await pace.take(1, never);
  });
  t.ok(tookMs < 1000, `at one a second a thousand took ${tookMs} ms`);
});

test('while bytes of a transfer are in hand, all hooks together keep to the pace', async (t) => {
  const { pace } = open(100, () => true);
  const tookMs = await timeOf(async () => {
    const hook = async () => {
      for (let count = 0; count < 25; count += 1) await pace.take(1, never);
    };
    await Promise.all([hook(), hook()]);
  });
  // Twenty at once, which is what a pause of 200 ms lets, and the others one after the other.
  t.ok(tookMs > 250, `fifty at a hundred a second took ${tookMs} ms`);
});

test('the pace is never below what is made of new events, so that a queue becomes shorter on a gateway that is always busy', async (t) => {
  const { pace } = open(1, () => true);
  pace.noteMade(60_000);
  const tookMs = await timeOf(async () => {
    for (let count = 0; count < 500; count += 1) await pace.take(1, never);
  });
  t.ok(tookMs < 5_000, `five hundred at a thousand a second took ${tookMs} ms`);
});

test('after a commit the pace is kept, and it is let go when none follows', async (t) => {
  const { changes, pace } = open(1);
  let told = 0;
  changes.subscribe(() => {
    told += 1;
  });
  changes.announce();
  await until('the change is told', async () => (told > 0 ? true : undefined));
  await pace.take(1, never);
  const tookMs = await timeOf(() => pace.take(1, never));
  t.ok(tookMs > 100, `it waited ${tookMs} ms`);
  t.ok(tookMs < 900, `and not for its turn of a whole second: ${tookMs} ms`);
});

test('who ends is not kept waiting', async (t) => {
  const { pace } = open(1, () => true);
  const ending = new AbortController();
  await pace.take(1000, ending.signal);
  const waiting = timeOf(() => pace.take(1, ending.signal));
  ending.abort();
  t.ok((await waiting) < 1000);
});
