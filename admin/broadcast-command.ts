// `claimgate broadcast`: a message into the mailboxes of the partners that want such messages.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { CommandModule } from 'yargs';
import { parseEntryName } from '../domain/virtual-path.ts';
import { sendBroadcast } from '../roles/broadcast.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { partnerIdOf } from './parse-id.ts';
import { withCore } from './with-core.ts';

interface BroadcastOptions extends GlobalOptions {
  readonly message?: string | undefined;
  readonly file?: string | undefined;
  readonly partner?: string | undefined;
  readonly name: string;
  readonly again: boolean;
}

/** People read it: a longer text belongs on a page. */
const maxBytes = 64 * 1024;

async function textOf({ message, file }: BroadcastOptions): Promise<string> {
  if ((message === undefined) === (file === undefined))
    throw new CommandFailure('Give either --message TEXT or --file FILE.', 2);
  const text =
    message ??
    (await readFile(file ?? '', 'utf8').catch(() => {
      throw new CommandFailure(`${file} cannot be read.`, 2);
    }));
  if (text.trim() === '' || Buffer.byteLength(text) > maxBytes)
    throw new CommandFailure(`A message has 1 to ${maxBytes} bytes.`, 2);
  return `${text.replace(/\r?\n/g, '\r\n').trimEnd()}\r\n`;
}

export const broadcastCommand: CommandModule<GlobalOptions, BroadcastOptions> = {
  command: 'broadcast',
  describe: 'Put a message into outbound of every partner with broadcasts=on in its profile',
  builder: (yargs) =>
    yargs
      .option('message', { type: 'string', requiresArg: true, describe: 'The text' })
      .option('file', { type: 'string', requiresArg: true, describe: 'Or a file with the text' })
      .option('partner', { type: 'string', requiresArg: true, describe: 'For this trading partner alone' })
      .option('name', {
        type: 'string',
        default: 'message.txt',
        requiresArg: true,
        describe: 'Its file name',
      })
      .option('again', { type: 'boolean', default: false, describe: 'Though it went out before' })
      .example('$0 broadcast --message "No service on Sunday, 2 to 4 a.m."', ''),
  handler: async (options) => {
    const text = await textOf(options);
    const name = parseEntryName(options.name);
    if (name === undefined) throw new CommandFailure('That cannot be the name of a file.', 2);
    const only = options.partner === undefined ? undefined : partnerIdOf(options.partner);
    await withCore(options, async ({ core, output, actor }) => {
      const digest = createHash('sha256').update(text).digest('hex');
      const key = options.again ? `${digest}:${core.database.now()}` : digest;
      const result = await sendBroadcast(core, { key, name, text, actor, only });
      if (result.kind === 'no-such-partner')
        throw new CommandFailure(`There is no trading partner ${only}.`, 1);
      const { sent, before, unwanted } = result;
      output.result({ sent, before, unwanted }, () =>
        [
          `Put into outbound: ${sent.join(', ') || 'nobody'}`,
          `Went out before:   ${before.join(', ') || 'nobody'}`,
          `Do not want it:    ${unwanted.join(', ') || 'nobody'}`,
          '',
        ].join('\n'),
      );
    });
  },
};
