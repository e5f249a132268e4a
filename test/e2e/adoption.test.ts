// Files that another program puts into `inbound`, and names that change there: each file is answered once.

import { appendFileSync, copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { readClaims } from '../support/claims.ts';
import {
  addReadyUserByHand,
  answersTo,
  firstPassword,
  startTestGateway,
  type TestGateway,
  waitForAnswers,
} from '../support/gateway.ts';
import { call, connectSsh, putFile } from '../support/ssh-client.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';

async function open(t: Test, root?: string): Promise<TestGateway & { readonly inbound: string }> {
  const config = { roles: ['sftp', 'intake'] };
  const running = await startTestGateway(t, root === undefined ? { config } : { root, config });
  return { ...running, inbound: join(running.dataDirectory, 'mailboxes', partner, 'inbound') };
}

/** Name, source and state of every transmission so far, by name. */
function transmissions({ core }: TestGateway) {
  return core.database.sql
    .selectFrom('transmissions')
    .select(['name', 'source', 'state'])
    .orderBy('name')
    .execute();
}

/** One more file goes all the way: whatever the watcher and intake would do, they have had their chance. */
async function passOneMore(running: TestGateway & { readonly inbound: string }, controlNumber: number) {
  const name = `zz-${controlNumber}.x12`;
  writeFileSync(join(running.inbound, name), readClaims('p-00-valid', controlNumber));
  await waitForAnswers(running.dataDirectory, { partner, file: name });
}

test('a file that another program copies into inbound is adopted and answered once', async (t) => {
  const running = await open(t);
  await addReadyUserByHand(running.core, { partner, user });
  writeFileSync(join(running.clientDirectory, 'claims.x12'), readClaims('p-00-valid', 1));
  copyFileSync(join(running.clientDirectory, 'claims.x12'), join(running.inbound, 'copied.x12'));
  const answers = await waitForAnswers(running.dataDirectory, { partner, file: 'copied.x12' });
  t.match(answers[0]?.text, /IK5\*A/);

  await t.test('the copy of its writer is not what we keep', async (t) => {
    appendFileSync(join(running.clientDirectory, 'claims.x12'), 'more');
    t.match(await transmissions(running), [{ name: 'copied.x12', source: 'adopted', state: 'answered' }]);
  });

  await t.test('so is one that is renamed into inbound, and one that grows for a while', async (t) => {
    writeFileSync(join(running.clientDirectory, 'moved.x12'), readClaims('p-00-valid', 2));
    renameSync(join(running.clientDirectory, 'moved.x12'), join(running.inbound, 'moved.x12'));
    const content = readClaims('p-00-valid', 3);
    const grown = join(running.inbound, 'grown.x12');
    const pieces = 12;
    for (let piece = 0; piece < pieces; piece += 1) {
      const at = (part: number) => Math.floor((content.length * part) / pieces);
      appendFileSync(grown, content.slice(at(piece), at(piece + 1)));
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    for (const file of ['moved.x12', 'grown.x12']) {
      const found = await waitForAnswers(running.dataDirectory, { partner, file });
      t.equal(found.length, 1, file);
      t.match(found[0]?.text, /IK5\*A/, file);
    }
  });

  await passOneMore(running, 4);
  t.match(
    (await transmissions(running)).filter(({ state }) => state !== 'discarded'),
    [
      { name: 'copied.x12', source: 'adopted', state: 'answered' },
      { name: 'grown.x12', source: 'adopted', state: 'answered' },
      { name: 'moved.x12', source: 'adopted', state: 'answered' },
      { name: 'zz-4.x12', source: 'adopted', state: 'answered' },
    ],
  );
});

test('what was uploaded is not adopted again: not after a rename, not after a restart', async (t) => {
  const root = makeTestFolder(t);
  const first = await open(t, root);
  await addReadyUserByHand(first.core, { partner, user });
  const { sftp } = await connectSsh(t, first.target(user), firstPassword);
  await putFile(sftp, '/inbound/claims.x12', readClaims('p-00-valid', 1));
  await waitForAnswers(first.dataDirectory, { partner, file: 'claims.x12' });
  await call((done) => sftp.rename('/inbound/claims.x12', '/inbound/done.x12', done));
  await passOneMore(first, 2);
  const expected = [
    { name: 'claims.x12', source: 'sftp', state: 'answered' },
    { name: 'zz-2.x12', source: 'adopted', state: 'answered' },
  ];
  t.strictSame(await transmissions(first), expected);
  await first.close();

  const again = await open(t, root);
  await passOneMore(again, 3);
  t.strictSame(await transmissions(again), [
    ...expected,
    { name: 'zz-3.x12', source: 'adopted', state: 'answered' },
  ]);
  for (const name of ['claims.x12', 'zz-2.x12', 'zz-3.x12']) {
    t.equal(answersTo(again.dataDirectory, partner, name).length, 1, name);
  }
});

test('a file that was put there while the gateway was down is adopted at start', async (t) => {
  const root = makeTestFolder(t);
  const first = await open(t, root);
  await addReadyUserByHand(first.core, { partner, user });
  await first.close();
  writeFileSync(join(first.inbound, 'night.x12'), readClaims('p-00-valid', 1));
  writeFileSync(join(first.inbound, 'night.x12.part'), readClaims('p-00-valid', 2));

  const again = await open(t, root);
  await waitForAnswers(again.dataDirectory, { partner, file: 'night.x12' });
  await passOneMore(again, 3);
  t.match(await transmissions(again), [{ name: 'night.x12', state: 'answered' }, { name: 'zz-3.x12' }]);
});

test('a partner that removes a file from inbound after CLOSE gets its answer all the same', async (t) => {
  const running = await open(t);
  await addReadyUserByHand(running.core, { partner, user });
  const { sftp } = await connectSsh(t, running.target(user), firstPassword);
  await putFile(sftp, '/inbound/claims.x12', readClaims('p-00-valid', 1));
  await call((done) => sftp.unlink('/inbound/claims.x12', done));
  const answers = await waitForAnswers(running.dataDirectory, { partner, file: 'claims.x12' });
  t.match(answers[0]?.text, /IK5\*A/);
  await until('its release', async () => {
    const releases = await running.core.database.sql.selectFrom('releases').select('state').execute();
    return releases.some(({ state }) => state === 'released');
  });
});
