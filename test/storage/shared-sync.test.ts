import { test } from 'tap';
import { shareSync } from '../../storage/shared-sync.ts';

/** A sync that is over when the test says so. */
function open() {
  const running: (() => void)[] = [];
  let most = 0;
  let begun = 0;
  const sync = shareSync(() => {
    begun += 1;
    return new Promise<void>((resolve) => {
      const over = () => {
        running.splice(running.indexOf(over), 1);
        resolve();
      };
      running.push(over);
      most = Math.max(most, running.length);
    });
  });
  return { sync, running, begun: () => begun, most: () => most };
}

test('all who ask while one sync runs share the next one', async (t) => {
  const { sync, running, begun } = open();
  const first = sync();
  const others = [sync(), sync(), sync()];
  t.equal(begun(), 1);
  running[0]?.();
  await first;
  t.equal(begun(), 2);
  running[0]?.();
  await Promise.all(others);
  t.equal(begun(), 2);
});

test('whoever asks at the very end of one, while others wait, asks for no third one beside theirs', async (t) => {
  const { sync, running, begun, most } = open();
  const first = sync();
  const again = first.then(() => sync());
  const waiting = sync();
  running[0]?.();
  await first;
  await Promise.resolve();
  t.strictSame([begun(), most()], [2, 1], 'the next one runs, alone');
  while (running.length > 0) {
    running[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all([again, waiting]);
  t.equal(most(), 1);
});

test('a sync that fails fails for those who shared it, and the next one begins all the same', async (t) => {
  let calls = 0;
  const sync = shareSync(async () => {
    calls += 1;
    if (calls === 1) throw new Error('EIO');
  });
  const [first, second] = [sync(), sync()];
  await t.rejects(first, /EIO/);
  await t.resolves(second);
});
