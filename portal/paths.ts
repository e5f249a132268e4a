// Where the pages are. A redirect goes to one of these and to nothing that a request brought along, so that no link
// can lead through the portal to another site.

export const paths = {
  public: '/',
  signIn: '/sign-in',
  signOut: '/sign-out',
  /** Asks for the second factor, between the password and the session. */
  signInFactor: '/sign-in/factor',
  /** Makes the first one there. */
  signInEnrol: '/sign-in/enrol',
  /** To the identity provider, and back from it. */
  signInProvider: '/sign-in/provider',
  signInProviderCallback: '/sign-in/provider/callback',
  /** Takes a mailed code in its place, where the operator has turned that on. */
  signInEmailCode: '/sign-in/email-code',
  signInEnrolPasskey: '/sign-in/enrol/passkey',
  help: '/help',
  register: '/register',
  registerIndividual: '/register/individual',
  registerBusiness: '/register/business',
  registerSent: '/register/sent',
  registerResend: '/register/resend',
  registerConfirm: '/register/confirm',
  recover: '/recover',
  forgotUserName: '/recover/username',
  forgotPassword: '/recover/password',
  unlock: '/recover/unlock',
  recoverSent: '/recover/username/sent',
  recoverCode: '/recover/code',
  newPassword: '/recover/new-password',
  unlockNow: '/recover/unlock-now',
  /** Where the links of mails lead; hooks/mailer.ts writes them. */
  link: '/link',
  contact: '/contact-us',
  systemRequirements: '/system-requirements',
  documents: '/documents',
  companionGuide: '/documents/companion-guide/:key',
  connectivityGuide: '/documents/connectivity-guide',
  rolesGuide: '/documents/user-roles',
  home: '/home',
  password: '/account/password',
  /** Asks a signed-in user again, before a sensitive act. */
  confirm: '/account/confirm',
  factors: '/account/second-factors',
  factorTotp: '/account/second-factors/app',
  factorPasskey: '/account/second-factors/passkey',
  factorRename: '/account/second-factors/rename',
  factorRemove: '/account/second-factors/remove',
  recoveryCodes: '/account/second-factors/recovery-codes',
  batchTransfer: '/trading-partner/batch-transfer',
  batchReceipt: '/trading-partner/batch-transfer/receipt',
  /** What the receipt's script asks for: how the uploads stand. */
  batchState: '/trading-partner/batch-transfer/state',
  outboundFile: '/trading-partner/batch-transfer/files/:id',
  outboundZip: '/trading-partner/batch-transfer/files.zip',
  members: '/trading-partner/users',
  invite: '/trading-partner/users/invite',
  member: '/trading-partner/users/:user',
  invitationResend: '/trading-partner/invitations/:id/resend',
  invitationRevoke: '/trading-partner/invitations/:id/revoke',
  /** Where the link of an invitation leads to. */
  invitation: '/invitation',
  manageTransaction: '/trading-partner/manage-transaction',
  /** One user's grants and their history. */
  grantsOfUser: '/trading-partner/manage-transaction/:user',
  sftpAccount: '/trading-partner/sftp-account',
  sftpKeys: '/trading-partner/sftp-account/keys',
  sftpKeyRename: '/trading-partner/sftp-account/keys/rename',
  sftpKeyExpire: '/trading-partner/sftp-account/keys/expire',
  sftpKeyRevoke: '/trading-partner/sftp-account/keys/revoke',
  transmissions: '/trading-partner/transmissions',
  transmissionsCsv: '/trading-partner/transmissions.csv',
  transmission: '/trading-partner/transmissions/:id',
  findings: '/trading-partner/transmissions/:id/findings',
  answerFile: '/trading-partner/transmissions/:id/answers/:ordinal',
  /** Of those who run the gateway. */
  dashboard: '/administration',
  administratorList: '/administration/transmissions',
  administered: '/administration/transmissions/:id',
  administeredContent: '/administration/transmissions/:id/content',
  /** Asked by the page's script to keep a session that its person is still at. */
  session: '/session',
  health: '/healthz',
} as const;

/** The pages that a person may be led on to after signing in. */
const afterSignIn: ReadonlySet<string> = new Set([
  paths.home,
  paths.password,
  paths.factors,
  paths.factorTotp,
  paths.factorPasskey,
  paths.sftpAccount,
  paths.sftpKeys,
  paths.manageTransaction,
  paths.members,
  paths.invite,
  paths.invitation,
  paths.batchTransfer,
  paths.transmissions,
  paths.dashboard,
]);
/** Those with an id in them, which holds nothing but an id. */
const withId = /^\/(?:trading-partner|administration)\/transmissions\/[0-9a-f-]{36}(?:\/findings)?$/;
const ofUsers =
  /^\/trading-partner\/(?:users\/[a-z0-9](?:[a-z0-9._@-]|%40){2,63}|manage-transaction\?page=\d{1,6})$/i;

/**
 * @param wanted a path that a request brought along
 * @returns the path when it is one of the pages behind the sign-in, and their home otherwise
 */
export function pathAfterSignIn(wanted: string | undefined): string {
  if (wanted === undefined) return paths.home;
  return afterSignIn.has(wanted) || withId.test(wanted) || ofUsers.test(wanted) ? wanted : paths.home;
}

/**
 * The way to the sign-in page.
 * @param input.wanted the page to be led on to
 * @param input.ended whether a session has ended, which the page then says
 */
export function pathToSignIn(input: {
  readonly wanted: string | undefined;
  readonly ended: boolean;
}): string {
  const query = new URLSearchParams();
  const next = pathAfterSignIn(input.wanted);
  if (next !== paths.home) query.set('next', next);
  if (input.ended) query.set('notice', 'ended');
  const text = query.toString();
  return text === '' ? paths.signIn : `${paths.signIn}?${text}`;
}

/** The page of one transmission. @param id as the journal has it */
export const pathOfTransmission = (id: string): string => paths.transmission.replace(':id', id);
/** What was found in it. @param page from 1 */
export const pathOfFindings = (id: string, page = 1): string =>
  `${paths.findings.replace(':id', id)}${page === 1 ? '' : `?page=${page}`}`;
/** One file of its answer, read and explained. */
export const pathOfAnswer = (id: string, ordinal: number): string =>
  paths.answerFile.replace(':id', id).replace(':ordinal', String(ordinal));
/** Of all partners, what stands so now. */
export const pathOfStanding = (state: string): string => `${paths.administratorList}?state=${state}`;
/** One transmission, for those who run the gateway. */
export const pathOfAdministered = (id: string): string => paths.administered.replace(':id', id);
export const pathOfContent = (id: string): string => paths.administeredContent.replace(':id', id);
/** One user of the trading partner. */
export const pathOfMember = (userId: string): string =>
  paths.member.replace(':user', encodeURIComponent(userId));
/** What may be done with an invitation. */
export const pathOfInvitation = (path: string, id: string): string => path.replace(':id', id);
/** One user's grants. */
export const pathOfGrants = (userId: string): string =>
  paths.grantsOfUser.replace(':user', encodeURIComponent(userId));
/** An outbound file, for download. @param id of the acknowledgement or dispatch */
export const pathOfOutboundFile = (id: string): string => paths.outboundFile.replace(':id', id);
