import { test } from 'tap';
import { type Turn, UploadTurns } from '../../storage/upload-turns.ts';
import { until } from '../support/until.ts';

/** Clients that send something all the time while they have a turn. */
function busyClients(turns: UploadTurns) {
  const given: string[] = [];
  const byName = new Map<string, Turn>();
  const sending = setInterval(() => {
    for (const turn of byName.values()) turn.used();
  }, 1);
  sending.unref();
  return {
    given,
    take(name: string) {
      void turns.take().then((turn) => {
        given.push(name);
        byName.set(name, turn);
      });
    },
    over: (name: string) => byName.get(name)?.over(),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('so many have a turn and no more, and who came first gets the next one', async (t) => {
  const { take, over, given } = busyClients(new UploadTurns(2));
  for (const name of ['a', 'b', 'c', 'd', 'e']) take(name);
  await settled();
  t.same(given, ['a', 'b']);
  over('b');
  await settled();
  t.same(given, ['a', 'b', 'c']);
  over('b');
  await settled();
  t.same(given, ['a', 'b', 'c'], 'a turn that is over is not over again');
  over('a');
  over('c');
  await settled();
  t.same(given, ['a', 'b', 'c', 'd', 'e']);
  over('d');
  over('e');
  take('f');
  await settled();
  t.equal(given.at(-1), 'f', 'and all of them are free again');
});

test('nobody waits for one who takes his time: he loses his turn', async (t) => {
  const turns = new UploadTurns(1);
  const slow = await turns.take();
  let isNext = false;
  void turns.take().then(() => {
    isNext = true;
  });
  await until('the next one has the turn', async () => isNext);
  slow.used();
  slow.over();
  const third = turns.take();
  const fourth = turns.take();
  t.ok(await third, 'what the slow one does afterwards takes nothing from anyone');
  t.ok(await fourth);
});
