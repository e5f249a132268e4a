// Where the pages are. A redirect goes to one of these and to nothing that a request brought along, so that no link
// can lead through the portal to another site.

export const paths = {
  public: '/',
  signIn: '/sign-in',
  signOut: '/sign-out',
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
  home: '/home',
  password: '/account/password',
  sftpAccount: '/trading-partner/sftp-account',
  /** Asked by the page's script to keep a session that its person is still at. */
  session: '/session',
  health: '/healthz',
} as const;

/** The pages that a person may be led on to after signing in. */
const afterSignIn: ReadonlySet<string> = new Set([paths.home, paths.password, paths.sftpAccount]);

/**
 * @param wanted a path that a request brought along
 * @returns the path when it is one of the pages behind the sign-in, and their home otherwise
 */
export function pathAfterSignIn(wanted: string | undefined): string {
  return wanted !== undefined && afterSignIn.has(wanted) ? wanted : paths.home;
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
