// The warning before a session ends by idleness: WCAG 2.2.1 asks for one, with at least 20 seconds to go on. The page's
// script (script-text.ts) opens it; without script the session ends unannounced, and the sign-in page says why.

import type { FastifyInstance } from 'fastify';
import { minutes } from './information-pages.tsx';
import { warningMs } from './limits.ts';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';
import type { PortalSettings } from './portal-settings.ts';

/** The warning, closed; the script reads the times from it. */
export function SessionExpiry(props: { readonly settings: PortalSettings }) {
  const { sessionIdleMs } = props.settings;
  const aheadMs = Math.min(warningMs, sessionIdleMs / 2);
  return (
    <dialog
      class="cg-expiry"
      id="session-expiry"
      aria-labelledby="session-expiry-heading"
      data-idle-ms={sessionIdleMs}
      data-ahead-ms={aheadMs}
      data-keep={paths.session}
    >
      <h2 id="session-expiry-heading">Are you still there?</h2>
      <p>
        For security you will be signed out in {minutes(aheadMs)}, because there was no activity. What you
        have typed into this page and not sent will be lost.
      </p>
      <button type="button" class="usa-button" id="session-keep">
        Stay signed in
      </button>
    </dialog>
  );
}

/** Answers the script: 204 when the session goes on, which its being asked has brought about; 401 when it has ended. */
export function registerSessionExpiry(app: FastifyInstance, context: PortalContext): void {
  app.get(paths.session, async (request, reply) => {
    const look = await context.sessions.look(request);
    return reply.status(look.kind === 'signed-in' ? 204 : 401).send();
  });
}
