// Sends a file the way that SFTP and Batch Transfer do, through the gateway's own mailboxes, and waits for its answer.

import type { Core } from '../../core.ts';
import { parsePartnerId, parseUserId, type TransmissionId } from '../../domain/ids.ts';
import { listTransmissions } from '../../storage/transmission-store.ts';
import { at } from './storage.ts';
import { until } from './until.ts';

export interface SentFile {
  readonly partner: string;
  readonly user: string;
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Sends a file. @returns its transmission's id */
export async function sendFile(core: Core, file: SentFile): Promise<TransmissionId> {
  const partner = parsePartnerId(file.partner);
  const user = parseUserId(file.user);
  if (partner.kind === 'invalid' || user.kind === 'invalid') throw new Error('The test names a wrong id.');
  const mailbox = await core.mailboxes.open({ partnerId: partner.id, userId: user.id, source: 'sftp' });
  const opened = await mailbox.openForWrite(at(`/inbound/${file.name}`), {
    create: true,
    truncate: true,
    exclusive: false,
  });
  if (opened.kind === 'refused') throw new Error(opened.why);
  await opened.file.write(Buffer.from(file.content), 0);
  const refused = await opened.file.close();
  if (refused !== undefined) throw new Error(refused.why);
  // In a crowd it may wait in the receive log until somebody looks for it.
  await mailbox.stat(at(`/inbound/${file.name}`));
  const found = await listTransmissions(core.database, { limit: 200, partnerId: partner.id });
  const sent = found.find(({ name }) => name === file.name);
  if (sent === undefined) throw new Error('The file is not in the journal.');
  return sent.id;
}

/** Sends a file and waits until it is answered, quarantined or failed, and its answers are in `outbound`. */
export async function sendAndAwait(core: Core, file: SentFile): Promise<TransmissionId> {
  const id = await sendFile(core, file);
  await until(`an answer to ${file.name}`, async () => {
    const rows = await core.database.sql
      .selectFrom('transmissions')
      .leftJoin('acknowledgements', 'acknowledgements.transmission_id', 'transmissions.id')
      .select(['transmissions.state', 'acknowledgements.state as answer'])
      .where('transmissions.id', '=', id)
      .execute();
    return rows.every(
      ({ state, answer }) =>
        ['answered', 'quarantined', 'failed'].includes(state) && (answer === null || answer === 'published'),
    );
  });
  return id;
}
