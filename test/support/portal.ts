// A portal to test against: the real one on a free port of loopback, over a real SQLite file, with a clock that the test
// turns; and a browser that does only what a browser must: keep cookies, fill in forms, follow redirects.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type AccountSetup, createAccountSetup } from '../../auth/account-setup.ts';
import { createEmailCodes } from '../../auth/email-code.ts';
import { createFactorGuard } from '../../auth/factor-guard.ts';
import { createOneTimeSecrets, type OneTimeSecrets } from '../../auth/one-time-secret.ts';
import { createPasskeys } from '../../auth/passkeys.ts';
import { createPasswordHasher } from '../../auth/password-hasher.ts';
import { createRecovery, type RecoverySettings } from '../../auth/recovery.ts';
import { createRegistration, type RegistrationSettings } from '../../auth/registration.ts';
import { createSecondFactors, type SecondFactors } from '../../auth/second-factors.ts';
import { createSecretSeal } from '../../auth/secret-seal.ts';
import { createSignInThrottle } from '../../auth/throttle.ts';
import { createUserDirectory, type UserDirectory } from '../../auth/user-directory.ts';
import type { Actor } from '../../domain/audit.ts';
import { parsePartnerId, parseUserId, type UserId } from '../../domain/ids.ts';
import type { Observation, Observe } from '../../domain/observation.ts';
import { everyRight } from '../../domain/right.ts';
import { defaultProfile } from '../../edi/profile.ts';
import { type Portal, startPortal } from '../../portal/portal.ts';
import type { PortalSettings } from '../../portal/portal-settings.ts';
import { type DataDirectory, openDataDirectory } from '../../storage/data-directory.ts';
import { openDatabase } from '../../storage/database.ts';
import { createMailboxes } from '../../storage/mailbox.ts';
import { addPartner } from '../../storage/partner-store.ts';
import type { Database } from '../../storage/transaction.ts';
import { createTransmissionFiles } from '../../storage/transmission-files.ts';
import {
  enrol,
  keepRecoveryCodes,
  nextProof,
  recoveryCodesOn,
  secretOn,
  setPortalClock,
} from './authenticator.ts';
import { makeTestFolder } from './test-folder.ts';

/** The part of tap's test that this needs. */
interface TestScope {
  testdir(): string;
  teardown(work: () => Promise<void>): void;
}

export const goodPassword = 'Violet-Otter-9-River';
export const administrator: Actor = { kind: 'administrator', name: 'test' };

const portalSettings: PortalSettings = {
  host: '127.0.0.1',
  port: 0,
  siteName: 'Claimgate',
  agencyName: 'Example State Medicaid',
  idIssuer: 'NCID',
  tradingPartnerInformationUrl: 'https://agency.example/trading-partners',
  externalAccountUrl: 'https://id.example/external',
  governmentAccountUrl: 'https://id.example/government',
  supportText: 'Call EDI support at 800-555-0100.',
  sessionIdleMs: 15 * 60_000,
  sessionAbsoluteMs: 12 * 3_600_000,
  secondFactor: 'required',
  confirmMs: 10 * 60_000,
  unknownUsers: 'refuse',
  providerName: undefined,
  providerOrigin: undefined,
  secureCookies: false,
  trustedProxies: [],
  bodyLimitBytes: 65_536,
  maxFileBytes: 10_000_000,
  warningHeading: '',
  warningItems: [],
  quickLinks: [],
  maintenance: [],
  maintenanceAheadMs: 7 * 24 * 3_600_000,
};

export interface PortalUnderTest {
  readonly portal: Portal;
  readonly url: string;
  readonly database: Database;
  readonly directory: UserDirectory;
  readonly accountSetup: AccountSetup;
  readonly data: DataDirectory;
  /** What works on the database beside the portal, to be closed before it. */
  readonly closeFirst: (() => Promise<void>)[];
  readonly secrets: OneTimeSecrets;
  readonly observe: Observe;
  readonly secondFactors: SecondFactors;
  readonly observations: Observation[];
  /** Turns the clock on, in milliseconds. */
  pass(durationMs: number): void;
  now(): number;
  readonly maria: UserId;
}

/** Starts a portal with the trading partner `acme` and its user `maria.lopez`; it ends with the test. */
export async function openPortal(
  t: TestScope,
  settings: Partial<PortalSettings> = {},
  options: {
    readonly identity?: Partial<RegistrationSettings & RecoverySettings>;
    /** Whether codes are mailed in the place of a second factor. */
    readonly emailCode?: boolean;
  } = {},
): Promise<PortalUnderTest> {
  let clockMs = Date.UTC(2025, 10, 21, 14, 5);
  const now = () => clockMs;
  const observations: Observation[] = [];
  const observe = (observation: Observation) => observations.push(observation);
  const data = openDataDirectory(makeTestFolder(t));
  const closeFirst: (() => Promise<void>)[] = [];
  const database = openDatabase({
    file: data.database,
    now,
    randomBytes,
    busyTimeoutMs: 5000,
    changePollMs: 0,
  });
  const hasher = createPasswordHasher({
    pepper: randomBytes(32),
    cost: 4,
    maxConcurrentHashes: 2,
    maxQueuedHashes: 20,
    verifiedCacheMs: 0,
    now,
    randomBytes,
  });
  const throttle = createSignInThrottle(database, {
    freeFailures: 5,
    firstDelayMs: 30_000,
    maxDelayMs: 3_600_000,
    lockFailures: 10,
    lockMs: 7_200_000,
    addressFailures: 100,
    networkFailures: 1000,
    addressBlockMs: 900_000,
  });
  const directory = createUserDirectory({ database, hasher, throttle, policy: 'myncid', observe });
  const accountSetup = createAccountSetup({ database, directory, hasher });
  const secrets = createOneTimeSecrets(randomBytes(32));
  const identity = {
    selfRegistration: true,
    confirmationMs: 3 * 24 * 3_600_000,
    codeMs: 600_000,
    linkMs: 3_600_000,
    codeTries: 5,
    requestsPerUser: 5,
    requestsPerAddress: 50,
    requestWindowMs: 3_600_000,
    ...options.identity,
  };
  const registration = createRegistration({
    database,
    hasher,
    secrets,
    policy: 'myncid',
    settings: identity,
  });
  const recovery = createRecovery({ database, directory, throttle, secrets, settings: identity });
  const factorDeps = {
    database,
    guard: createFactorGuard({ database, throttle }),
    seal: createSecretSeal({ key: randomBytes(32), randomBytes }),
    randomBytes,
  };
  const secondFactors = createSecondFactors(factorDeps);
  const maria = await addUser({ database, directory, id: 'maria.lopez', partner: 'acme' });
  const portal = await startPortal({
    disk: async () => ({ freeBytes: 5e9, sizeBytes: 1e10, minFreeBytes: 1e9 }),
    secrets,
    database,
    directory,
    accountSetup,
    registration,
    recovery,
    secondFactors,
    passkeys: createPasskeys(factorDeps),
    emailCodes:
      options.emailCode === true
        ? createEmailCodes({ ...factorDeps, secrets, settings: identity })
        : undefined,
    mailboxes: createMailboxes({
      database,
      directory: data,
      observe,
      settings: { maxFileBytes: 10_000_000, minFreeBytes: 0 },
    }),
    files: createTransmissionFiles({ database, directory: data }),
    observe,
    settings: { ...portalSettings, ...settings },
    connection: () => ({
      host: 'sftp.agency.example',
      port: 2022,
      fingerprints: [
        { algorithm: 'ssh-ed25519', sha256: 'SHA256:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG' },
        { algorithm: 'rsa-sha2-512', sha256: 'SHA256:GFEDCBAzyxwvutsrqponmlkjihgfedcba9876543210' },
      ],
      knownHosts: [
        '[sftp.agency.example]:2022 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJxyz0123456789abcdefghijklmnopqrstuvwxyzAB',
      ],
      algorithms: {
        keyExchange: ['curve25519-sha256'],
        cipher: ['aes256-gcm@openssh.com'],
        mac: ['hmac-sha2-256'],
        hostKey: ['ssh-ed25519'],
      },
    }),
    exchangeOf: () => ({
      profile: defaultProfile,
      checkSenderId: true,
      duplicateWindowMs: 365 * 24 * 3_600_000,
      interruptedExpiryMs: 7 * 24 * 3_600_000,
      inboundNames: undefined,
      maxFileBytes: undefined,
    }),
    now,
    randomBytes,
  });
  t.teardown(async () => {
    for (const close of closeFirst) await close();
    await portal.close();
    await database.close();
  });
  const scheme = settings.tls === undefined ? 'http' : 'https';
  const url = `${scheme}://127.0.0.1:${portal.port}`;
  setPortalClock(url, now);
  return {
    portal,
    url,
    database,
    directory,
    accountSetup,
    data,
    closeFirst,
    secrets,
    observe,
    secondFactors,
    observations,
    pass: (durationMs) => {
      clockMs += durationMs;
    },
    now,
    maria,
  };
}

/** Adds a user, and the trading partner when it is not there yet. */
export async function addUser(input: {
  readonly database: Database;
  readonly directory: UserDirectory;
  readonly id: string;
  readonly partner: string;
  readonly firstName?: string;
  readonly partnerName?: string;
}): Promise<UserId> {
  const id = parseUserId(input.id);
  const partnerId = parsePartnerId(input.partner);
  if (id.kind === 'invalid' || partnerId.kind === 'invalid') throw new Error('the test names a wrong id');
  await addPartner(input.database, {
    id: partnerId.id,
    name: input.partnerName ?? 'Acme Clearing House',
    submitterId: `TSN-${input.partner}`,
    actor: administrator,
  });
  const outcome = await input.directory.add({
    id: id.id,
    partnerId: partnerId.id,
    firstName: input.firstName ?? 'Quentin',
    lastName: 'Farnsworth',
    email: 'someone@acme.example',
    role: 'general-user',
    rights: everyRight,
    password: goodPassword,
    actor: administrator,
  });
  if (outcome.kind !== 'added') throw new Error(`the user was not added: ${outcome.kind}`);
  return id.id;
}

export interface FetchedPage {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** The page's words, without markup, entities decoded and white space folded. */
  readonly text: string;
}

export interface PlainBrowser {
  /** Name and value of every cookie that it keeps. */
  readonly cookies: Map<string, string>;
  get(path: string, init?: RequestInit): Promise<FetchedPage>;
  /** Sends a form and follows nothing. */
  post(path: string, fields: Readonly<Record<string, string>>, init?: RequestInit): Promise<FetchedPage>;
  /** Opens a page, fills in its form beside its hidden fields, sends it, and follows the redirect. */
  fillIn(path: string, fields: Readonly<Record<string, string>>): Promise<FetchedPage>;
  /** Signs in with the password and the second factor, making the first one when the portal asks for it. */
  signIn(userName: string, password?: string, path?: string): Promise<FetchedPage>;
}

/** A browser without script: fetch, with a jar of cookies. */
export function openPlainBrowser(url: string): PlainBrowser {
  const cookies = new Map<string, string>();
  const request = async (path: string, init: RequestInit): Promise<FetchedPage> => {
    const headers = new Headers(init.headers);
    if (cookies.size > 0)
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(new URL(path, url), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) keepCookie(cookies, line);
    const html = await response.text();
    return { status: response.status, headers: response.headers, html, text: wordsOf(html) };
  };
  const get: PlainBrowser['get'] = (path, init = {}) => request(path, init);
  const post: PlainBrowser['post'] = (path, fields, init = {}) =>
    request(path, { ...init, method: 'POST', body: new URLSearchParams(fields) });
  const fillIn: PlainBrowser['fillIn'] = async (path, fields) => {
    const page = await get(path);
    const answer = await post(path.replace(/\?.*/, ''), { ...hiddenFields(page.html), ...fields });
    const location = answer.headers.get('location');
    return location === null ? answer : get(location);
  };
  return {
    cookies,
    get,
    post,
    fillIn,
    async signIn(userName, password = goodPassword, path = '/sign-in') {
      const page = await fillIn(path, { 'user-id': userName, password });
      return passSecondFactor({ url, get, fillIn }, userName.trim().toLowerCase(), page);
    },
  };
}

/** What stands between a right password and the session: the second factor, made where there is none. */
async function passSecondFactor(
  { url, get, fillIn }: Pick<PlainBrowser, 'get' | 'fillIn'> & { readonly url: string },
  userId: string,
  page: FetchedPage,
): Promise<FetchedPage> {
  const secret = secretOn(page.html);
  if (secret !== undefined) {
    const codes = await fillIn('/sign-in/enrol', { code: enrol(url, userId, secret) });
    keepRecoveryCodes(url, userId, recoveryCodesOn(codes.html));
    const next = /<a class="usa-button" href="([^"]+)">/.exec(codes.html)?.[1];
    return next === undefined ? codes : get(next);
  }
  if (!page.text.includes('Confirm that it is you')) return page;
  return fillIn('/sign-in/factor', nextProof(url, userId));
}

function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ');
  const name = pair.slice(0, pair.indexOf('='));
  const expires = attributes.find((attribute) => attribute.startsWith('Expires='))?.slice('Expires='.length);
  const gone =
    attributes.includes('Max-Age=0') || (expires !== undefined && Date.parse(expires) < Date.now());
  if (gone) cookies.delete(name);
  else cookies.set(name, pair.slice(name.length + 1));
}

/** The hidden fields of a page's last form: the sign-out button in the header is a form too. */
export function hiddenFields(html: string): Record<string, string> {
  const form = html.slice(html.lastIndexOf('<form'));
  const fields: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input type="hidden"[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (name !== undefined) fields[name] = /value="([^"]*)"/.exec(tag)?.[1] ?? '';
  }
  return fields;
}

/** @returns the words of a page as a person reads them */
function wordsOf(html: string): string {
  return html
    .replace(/<(script|style)\b.*?<\/\1>/gs, ' ')
    .replace(/<\/?(?:a|strong|span|em|time|code)\b[^>]*>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}

/** @returns an Ed25519 public key that nobody has the private half of, as its .pub file holds it */
export function newPublicKeyLine(comment = 'maria@acme'): string {
  const { publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const string = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const blob = Buffer.concat([string(Buffer.from('ssh-ed25519')), string(raw)]);
  return `ssh-ed25519 ${blob.toString('base64')} ${comment}`;
}
