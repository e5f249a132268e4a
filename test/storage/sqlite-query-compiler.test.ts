import { test } from 'tap';
import { prepareQuery } from '../../storage/prepared-query.ts';
import { addTestPartners, openTestStorage } from '../support/storage.ts';

test('no statement has a bare limit that is bound, which SQLite would prepare anew at each run', async (t) => {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  const { sql } = storage.database;
  const two = sql.selectFrom('partners').select('id').orderBy('id').limit(2).offset(0);
  t.match(two.compile().sql, / limit 2 offset \?$/);
  t.equal((await two.execute()).length, 2);
  const some = prepareQuery((of, { limit }: { readonly limit: number }) =>
    of.selectFrom('partners').select('id').orderBy('id').limit(limit),
  );
  for (const limit of [1, 2, 1]) t.equal((await some(sql, { limit })).length, limit);
});
