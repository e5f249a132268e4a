// The hooks role put together: webhooks and commands, fed by the outbox, and mails, from their queue.

import { readFileSync } from 'node:fs';
import type { Core } from '../core.ts';
import { startDelivery } from '../hooks/delivery-loop.ts';
import { createFolderTransport, createSmtpTransport, type MailTransport } from '../hooks/mail-transport.ts';
import { startMailer } from '../hooks/mailer.ts';
import type { Closable } from './closable.ts';
import { configuredHooks } from './hook-parts.ts';

/**
 * @param deps.url where the portal is, for mails
 * @param deps.isTransferring whether bytes of a transfer are in hand in this process
 */
export function startHooksRole(
  core: Core,
  { url, isTransferring }: { readonly url: () => string; readonly isTransferring: () => boolean },
): Closable {
  const { config, database, observe, secrets } = core;
  const telling = startDelivery(
    { database, observe, settings: config.hooks, random: Math.random, isTransferring },
    configuredHooks(core),
  );
  const mailer = startMailer({
    database,
    observe,
    settings: config.mail,
    transport: mailTransport(core),
    place: () => ({ ...config.portal, portalUrl: url() }),
    secrets,
    random: Math.random,
  });
  return {
    async close() {
      await mailer.close();
      await telling.close();
    },
  };
}

function mailTransport({ config, directory }: Core): MailTransport {
  const { smtp, timeoutMs } = config.mail;
  const { host, port, tls, user, passwordFile, caFile } = smtp;
  if (host === undefined) return createFolderTransport(directory);
  const read = (file: string | undefined) =>
    file === undefined ? undefined : readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  return createSmtpTransport({
    host,
    port,
    tls,
    user,
    password: read(passwordFile),
    ca: read(caFile),
    timeoutMs,
  });
}
