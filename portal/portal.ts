// The portal: where a trading partner's users sign in, keep their password, and do SFTP Account Setup/Update. It writes
// rows and never touches a live SFTP connection; SFTP goes on without it.

import { registerAssets } from './asset-routes.ts';
import { registerBatchTransfer } from './batch-routes.tsx';
import type { Certificate } from './certificate-reload.ts';
import { registerConfirmation } from './confirmation-routes.tsx';
import { registerDashboard } from './dashboard-routes.tsx';
import { registerEmailCode } from './email-code-routes.tsx';
import { registerFactorSignIn } from './factor-sign-in-routes.tsx';
import { registerFactors } from './factors-routes.tsx';
import { registerGrants } from './grant-routes.tsx';
import { registerHome } from './home-routes.tsx';
import { createWebServer } from './http-server.ts';
import { registerInvitation } from './invitation-routes.tsx';
import { closeGraceMs } from './limits.ts';
import { registerLinks } from './link-routes.tsx';
import { registerMembers } from './member-routes.tsx';
import { registerPassword } from './password-routes.tsx';
import { createPendingSignIns } from './pending-sign-in.ts';
import type { PortalContext, PortalDeps } from './portal-deps.ts';
import { registerProvider } from './provider-routes.tsx';
import { registerPublicPages } from './public-routes.tsx';
import { registerRecovery } from './recovery-routes.tsx';
import { registerRegistration } from './registration-routes.tsx';
import { createSessions } from './session.ts';
import { registerSessionExpiry } from './session-expiry.tsx';
import { registerSftpAccount } from './sftp-account-routes.tsx';
import { registerSftpKeys } from './sftp-keys-routes.tsx';
import { registerSignIn } from './sign-in-routes.tsx';
import { registerTransmissions } from './transmission-routes.tsx';
import { closeWithin, portOf, replaceCertificate } from './web-listener.ts';

export interface Portal {
  readonly host: string;
  readonly port: number;
  /** New connections get this certificate; open ones go on. Nothing where the portal speaks plain HTTP. */
  useCertificate(tls: Certificate): void;
  /** Takes no new requests, lets those under way finish for a short while, then closes. Closing twice is nothing. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts the portal. The caller closes it, before the database.
 * @returns where it listens
 * @throws the listener's error when host and port cannot be taken, and TLS's when certificate and key do not fit
 */
export async function startPortal(deps: PortalDeps): Promise<Portal> {
  const sessions = createSessions(deps);
  const settings = { ...deps.settings, now: deps.now };
  const context: PortalContext = { ...deps, settings, sessions, pendingSignIns: createPendingSignIns(deps) };
  const app = await createWebServer(context);
  await registerAssets(app);
  registerPublicPages(app, context);
  registerSignIn(app, context);
  registerProvider(app, context);
  // Identities are the provider's then: nobody registers or recovers one here.
  if (deps.provider === undefined) {
    registerRegistration(app, context);
    registerRecovery(app, context);
    registerLinks(app, context);
  }
  registerFactorSignIn(app, context);
  registerEmailCode(app, context);
  registerConfirmation(app, context);
  registerFactors(app, context);
  registerSessionExpiry(app, context);
  registerHome(app, context);
  // A password at the identity provider is changed there.
  if (deps.provider === undefined) registerPassword(app, context);
  registerGrants(app, context);
  registerMembers(app, context);
  registerInvitation(app, context);
  registerSftpAccount(app, context);
  registerSftpKeys(app, context);
  registerBatchTransfer(app, context);
  registerTransmissions(app, context);
  registerDashboard(app, context);
  const { host } = deps.settings;
  await app.listen({ host, port: deps.settings.port });
  const port = portOf(app);
  deps.observe({ kind: 'portal.listening', host, port });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeWithin(app, closeGraceMs);
    return closing;
  };
  const useCertificate = (tls: Certificate): void => replaceCertificate(app, tls);
  return { host, port, useCertificate, close, [Symbol.asyncDispose]: close };
}
