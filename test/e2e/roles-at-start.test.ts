// What one role does when it starts must not disturb what another role is in the middle of, in a process of its own.

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { type Core, openCore } from '../../core.ts';
import { newTransmissionId, parsePartnerId, type TransmissionId, uuidV7 } from '../../domain/ids.ts';
import { parseEntryName } from '../../domain/virtual-path.ts';
import { beginUpload } from '../../storage/upload-journal.ts';
import { readClaims } from '../support/claims.ts';
import { addPartnerAndUser, startTestGateway, testConfig, waitForAnswers } from '../support/gateway.ts';
import { makeTestFolder, type TestScope } from '../support/test-folder.ts';

const partner = 'acme-dental';
const writer = 'intake-elsewhere';

/** A data directory in which intake, elsewhere, is at work. */
async function openWhileIntakeWorks(t: TestScope) {
  const root = makeTestFolder(t);
  const core = openCore({ config: testConfig(join(root, 'data')), observe: () => undefined });
  t.teardown(() => core.close());
  await addPartnerAndUser(core, { partner, user: 'mfranklin' });
  return { root, core };
}

/** Leaves things as adoptFile does while it copies. */
async function beginAdoption({ database, directory }: Core, entry: string): Promise<TransmissionId> {
  const partnerId = parsePartnerId(partner);
  const name = parseEntryName(entry);
  if (partnerId.kind === 'invalid' || name === undefined) throw new Error('The test names a wrong id.');
  const id = newTransmissionId(database.now(), database.randomBytes(10));
  const from = { partnerId: partnerId.id, userId: undefined, name, source: 'adopted' } as const;
  await beginUpload(database, { id, ...from, writer });
  writeFileSync(directory.staged(id), 'ISA*00*');
  return id;
}

function findState({ database }: Core, id: TransmissionId) {
  return database.sql
    .selectFrom('transmissions')
    .select(['state', 'writer'])
    .where('id', '=', id)
    .executeTakeFirst();
}

test('the start of SFTP leaves alone what intake is adopting', async (t) => {
  const { root, core } = await openWhileIntakeWorks(t);
  const id = await beginAdoption(core, 'big.x12');
  await startTestGateway(t, { root, config: { roles: ['sftp'] } });
  t.strictSame(await findState(core, id), { state: 'receiving', writer });
  t.ok(existsSync(core.directory.staged(id)));
});

test('the start of SFTP leaves alone an answer that intake is writing', async (t) => {
  const { root, core } = await openWhileIntakeWorks(t);
  const { database, directory } = core;
  // As writeDurably leaves things before it links the answer to its place.
  const staged = directory.staged(`${uuidV7(database.now(), database.randomBytes(10))}.ack`);
  writeFileSync(staged, 'ISA*00*');
  await startTestGateway(t, { root, config: { roles: ['sftp'] } });
  t.ok(existsSync(staged), 'it is still there');
});

test('the start of intake makes an adoption again that was cut off, and sweeps what it left', async (t) => {
  const { root, core } = await openWhileIntakeWorks(t);
  const id = await beginAdoption(core, 'big.x12');
  writeFileSync(core.directory.staged(`${id}.ack`), 'ISA*00*');
  const inbound = join(core.directory.mailboxes, partner, 'inbound');
  writeFileSync(join(inbound, 'big.x12'), readClaims('p-00-valid', 1));
  await startTestGateway(t, { root, config: { roles: ['intake'] } });
  const answers = await waitForAnswers(join(root, 'data'), { partner, file: 'big.x12' });
  t.equal(answers.length, 1);
  t.match(await findState(core, id), { state: 'discarded' });
  t.strictSame(readdirSync(core.directory.staging), []);
});
