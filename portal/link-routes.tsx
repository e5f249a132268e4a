// Where the links of mails lead. Opening one does nothing yet, since mail filters open links by themselves: it moves the
// token from the address into a cookie, so that it stands in no history and no further address, and leads on to the page
// whose button does what the link is for.

import type { FastifyInstance, FastifyReply } from 'fastify';
import type { LinkPurpose } from '../auth/recovery.ts';
import { findInvitation } from '../storage/invitation-store.ts';
import { writeCookie } from './cookie.ts';
import { readFields } from './form.ts';
import { Layout, sendPage } from './layout.tsx';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';

const pathOf: Readonly<Record<LinkPurpose, string>> = {
  'confirm-email': paths.registerConfirm,
  invitation: paths.newPassword,
  'reset-password': paths.newPassword,
  unlock: paths.unlockNow,
};

export function registerLinks(app: FastifyInstance, context: PortalContext): void {
  app.get(paths.link, async (request, reply) => {
    const token = readFields(request.query)('token');
    if (await isInvitation(context, token)) {
      writeCookie(reply, 'link', token, context.settings.secureCookies);
      return reply.redirect(paths.invitation, 303);
    }
    const good = await context.recovery.look(token);
    if (good === undefined) return sendSpentLink(context, reply);
    writeCookie(reply, 'link', token, context.settings.secureCookies);
    return reply.redirect(pathOf[good.purpose], 303);
  });
}

/** Whether a link belongs to an invitation that is open. */
async function isInvitation({ database, secrets }: PortalContext, token: string): Promise<boolean> {
  const secret = await secrets.find(database, token);
  return secret !== undefined && !secret.used && (await findInvitation(database, secret.id)) !== undefined;
}

/** The page for a link that was used, has run out, or never was one. */
export function sendSpentLink(context: PortalContext, reply: FastifyReply): FastifyReply {
  const page = (
    <Layout settings={context.settings} path={paths.link} title="This link is not good any more">
      <p>It was used already, its time is over, or a newer password was chosen since. Ask for a new one:</p>
      <ul class="usa-list">
        <li>
          <a href={paths.forgotPassword}>Forgot Password</a>
        </li>
        <li>
          <a href={paths.unlock}>Unlock Account</a>
        </li>
        <li>
          <a href={paths.registerResend}>Send the confirmation mail of a registration again</a>
        </li>
      </ul>
      <p>
        Or <a href={paths.signIn}>sign in</a>.
      </p>
    </Layout>
  );
  return sendPage(reply, { status: 410, page });
}
