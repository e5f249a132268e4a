import { test } from 'tap';
import { BriefMemory } from '../../storage/brief-memory.ts';
import { addTestPartners, openTestStorage } from '../support/storage.ts';
import { until } from '../support/until.ts';

test('an answer holds until this process commits, and for some milliseconds whatever others do', async (t) => {
  const storage = openTestStorage(t);
  const { database } = storage;
  const memory = new BriefMemory<number>(database);
  let asked = 0;
  const ask = async () => {
    asked += 1;
    return asked;
  };
  const first = await memory.recall('a', ask);
  t.equal(first, 1);
  await until('it is asked anew', async () => (await memory.recall('a', ask)) > 1);
  asked = 10;
  await memory.recall('b', ask);
  const commits = [
    () => addTestPartners(storage),
    () => database.sql.updateTable('counters').set({ value: 1 }).where('name', '=', 'nothing').execute(),
    () => database.lend(async () => undefined),
    () =>
      database.transaction(async ({ sql }) => sql.deleteFrom('counters').where('name', '=', 'x').execute(), {
        survives: 'process-end',
      }),
  ];
  for (const commit of commits) {
    const before = await memory.recall('b', ask);
    await commit();
    t.not(await memory.recall('b', ask), before, 'after a commit it is asked');
  }
});
