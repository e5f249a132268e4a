// The real gateway for a test, on free ports of loopback and in a folder of the test's own; and what people do with
// it: an administrator adds a partner and a user, the user goes through the portal, a client fetches answers.

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, configSchema } from '../../config/schema.ts';
import type { Core } from '../../core.ts';
import type { Actor } from '../../domain/audit.ts';
import { parsePartnerId, parseUserId } from '../../domain/ids.ts';
import type { Observation, Observe } from '../../domain/observation.ts';
import { everyRight } from '../../domain/right.ts';
import { type Gateway, startGateway } from '../../gateway.ts';
import { makePartnerFolders } from '../../storage/data-directory.ts';
import { addPartner } from '../../storage/partner-store.ts';
import { corpusSubmitterId } from './claims.ts';
import { openPlainBrowser, type PlainBrowser } from './portal.ts';
import type { SftpTarget } from './stock-clients.ts';
import { makeTestFolder, type TestScope } from './test-folder.ts';
import { until } from './until.ts';

type FetchedPage = Awaited<ReturnType<PlainBrowser['get']>>;

export const firstPassword = 'Violet-Otter-9-River';
export const administrator: Actor = { kind: 'administrator', name: 'test' };

/** What a test may set, as an operator would write it. */
export type ConfigInput = Readonly<Record<string, unknown>>;

/** The settings of a test as an operator would write them: free ports, cheap hashes, short waits. */
export function testSettings(dataDirectory: string, input: ConfigInput = {}): ConfigInput {
  const standard: Readonly<Record<string, ConfigInput>> = {
    sftp: { port: 0 },
    portal: { port: 0 },
    auth: { bcryptCost: 10 },
    storage: { changePollMs: 50, minFreeBytes: 0 },
    intake: { adoptStabilityMs: 200, retryFirstMs: 100 },
  };
  const settings: Record<string, unknown> = { ...standard, ...input, dataDirectory };
  for (const [section, values] of Object.entries(standard)) {
    settings[section] = { ...values, ...(input[section] as ConfigInput | undefined) };
  }
  return settings;
}

export function testConfig(dataDirectory: string, input: ConfigInput = {}): Config {
  return configSchema.parse(testSettings(dataDirectory, input));
}

export interface TestGateway {
  readonly gateway: Gateway;
  readonly core: Core;
  readonly dataDirectory: string;
  /** A folder for a client's own files. */
  readonly clientDirectory: string;
  readonly observations: readonly Observation[];
  /** Where a user signs in by SFTP. */
  target(user: string): SftpTarget;
  /** A fresh browser on the portal. */
  browser(): PlainBrowser;
  /** Ends the gateway before the test ends. */
  close(): Promise<void>;
}

/** Starts the gateway; it ends with the test. */
export async function startTestGateway(
  t: TestScope,
  options: {
    /** Where its folders are, from makeTestFolder; without it, in a new one. */
    readonly root?: string;
    readonly config?: ConfigInput;
    /** Told everything too, such as a log. */
    readonly observe?: Observe;
  } = {},
): Promise<TestGateway> {
  const root = options.root ?? makeTestFolder(t);
  const dataDirectory = join(root, 'data');
  const clientDirectory = join(root, 'client');
  mkdirSync(clientDirectory, { recursive: true });
  const observations: Observation[] = [];
  const gateway = await startGateway({
    config: testConfig(dataDirectory, options.config),
    observe(observation) {
      observations.push(observation);
      options.observe?.(observation);
    },
  });
  t.teardown(() => gateway.close());
  return {
    gateway,
    core: gateway.core,
    dataDirectory,
    clientDirectory,
    observations,
    target: (user) => {
      if (gateway.sftp === undefined) throw new Error('This gateway has no SFTP.');
      return { ...gateway.sftp, user };
    },
    browser: () => {
      if (gateway.portal === undefined) throw new Error('This gateway has no portal.');
      return openPlainBrowser(`http://127.0.0.1:${gateway.portal.port}`);
    },
    close: () => gateway.close(),
  };
}

/** What `claimgate partner add` and `claimgate user add` do. The user has no SFTP account yet. */
export async function addPartnerAndUser(
  core: Core,
  input: {
    readonly partner: string;
    readonly user: string;
    readonly submitterId?: string;
    readonly password?: string;
  },
): Promise<void> {
  const partner = parsePartnerId(input.partner);
  const user = parseUserId(input.user);
  if (partner.kind === 'invalid' || user.kind === 'invalid') throw new Error('The test names a wrong id.');
  const submitterId = input.submitterId ?? corpusSubmitterId;
  await addPartner(core.database, {
    id: partner.id,
    name: `Partner ${input.partner}`,
    submitterId,
    actor: administrator,
  });
  await makePartnerFolders(core.directory, partner.id);
  const added = await core.users.add({
    id: user.id,
    partnerId: partner.id,
    firstName: 'Quentin',
    lastName: 'Farnsworth',
    email: `${input.user}@example.org`,
    role: 'general-user',
    rights: everyRight,
    password: input.password ?? firstPassword,
    actor: administrator,
  });
  if (added.kind !== 'added') throw new Error(`The user was not added: ${added.kind}.`);
}

const setupPage = '/trading-partner/sftp-account';
const passwordPage = '/account/password';

/** SFTP Account Setup/Update, by someone who has signed in to the portal. */
export async function doSetupStep(
  browser: PlainBrowser,
  input: { readonly user: string; readonly password: string },
): Promise<FetchedPage> {
  const page = await browser.fillIn(setupPage, {
    'user-id': input.user,
    password: input.password,
    attestation: 'yes',
  });
  if (page.status !== 200) throw new Error(`The setup step was refused: ${page.status} ${page.text}`);
  return page;
}

export async function changePassword(
  browser: PlainBrowser,
  input: { readonly present: string; readonly wanted: string },
): Promise<FetchedPage> {
  const page = await browser.fillIn(passwordPage, {
    'present-password': input.present,
    'new-password': input.wanted,
    'repeat-password': input.wanted,
  });
  if (page.status !== 200) throw new Error(`The password was not changed: ${page.status} ${page.text}`);
  return page;
}

/** A partner, its user, and the setup step done on the portal: the user may sign in by SFTP. */
export async function addReadyUser(
  running: TestGateway,
  input: { readonly partner: string; readonly user: string; readonly submitterId?: string },
): Promise<SftpTarget> {
  await addPartnerAndUser(running.core, input);
  const browser = running.browser();
  await browser.signIn(input.user, firstPassword);
  await doSetupStep(browser, { user: input.user, password: firstPassword });
  return running.target(input.user);
}

/** The same without a portal: for gateways that run as another process, or without that role. */
export async function addReadyUserByHand(
  core: Core,
  input: {
    readonly partner: string;
    readonly user: string;
    readonly submitterId?: string;
    /** An authorized_keys line. */
    readonly publicKey?: string;
  },
): Promise<void> {
  await addPartnerAndUser(core, input);
  const user = parseUserId(input.user);
  if (user.kind === 'invalid') throw new Error('The test names a wrong id.');
  const outcome = await core.accountSetup.perform({
    signedIn: user.id,
    userName: input.user,
    password: firstPassword,
    attested: true,
    publicKey: input.publicKey ?? '',
    address: '127.0.0.1',
  });
  if (outcome.kind !== 'set-up') throw new Error(`The setup step was refused: ${JSON.stringify(outcome)}`);
}

export interface Answer {
  readonly name: string;
  readonly text: string;
}

/** What stands in a partner's `outbound` about a file it sent, by the file's name. */
export function answersTo(dataDirectory: string, partner: string, file: string): readonly Answer[] {
  const outbound = join(dataDirectory, 'mailboxes', partner, 'outbound');
  return readdirSync(outbound)
    .filter((name) => name.startsWith(`${file}.`))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(outbound, name), 'latin1') }));
}

/** Waits until a file has so many answers in `outbound`. */
export function waitForAnswers(
  dataDirectory: string,
  input: { readonly partner: string; readonly file: string; readonly count?: number },
): Promise<readonly Answer[]> {
  const { partner, file, count = 1 } = input;
  return until(`${count} answer(s) to ${file} in outbound`, () => {
    const answers = answersTo(dataDirectory, partner, file);
    return answers.length >= count && answers;
  });
}
