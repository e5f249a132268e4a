// `claimgate demo`: the whole main job in one go, on a scratch data directory, with nothing pretended: the gateway that
// `serve` runs, the portal by HTTP, a real SFTP client. It ends well only if every step did what it must.

import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { loadConfig } from '../config/load.ts';
import type { CoreDeps } from '../core.ts';
import type { Actor } from '../domain/audit.ts';
import { everyRight } from '../domain/right.ts';
import { readAcknowledgement } from '../edi/explain.ts';
import type { Gateway } from '../gateway.ts';
import { openLog } from '../observe.ts';
import { makePartnerFolders } from '../storage/data-directory.ts';
import { addPartner } from '../storage/partner-store.ts';
import { CommandFailure } from './command-failure.ts';
import { demoCode } from './demo-authenticator.ts';
import { type DemoBrowser, openDemoBrowser } from './demo-browser.ts';
import { explainAcknowledgement } from './demo-explain.ts';
import { type DemoFile, demoFiles } from './demo-files.ts';
import { chooseSftpClient, type DemoSftpClient } from './demo-sftp-client.ts';
import { createDemoSteps, type DemoSteps } from './demo-steps.ts';
import type { GlobalOptions } from './global-options.ts';
import { partnerIdOf, userIdOf } from './parse-id.ts';

interface DemoOptions extends GlobalOptions {
  readonly keep: boolean;
}

export const demoCommand: CommandModule<GlobalOptions, DemoOptions> = {
  command: 'demo',
  describe: 'Show the whole main job on a scratch data directory; exit 0 only if all of it held',
  builder: (yargs) =>
    yargs
      .option('keep', {
        type: 'boolean',
        default: false,
        describe: 'Keep the scratch directory and say where it is',
      })
      .example('$0 demo', 'half a minute; nothing of it stays'),
  handler: async (options) => {
    const root = await mkdtemp(join(tmpdir(), 'claimgate-demo-'));
    const log = openLog({ level: 'debug', file: join(root, 'claimgate.log') });
    const steps = createDemoSteps(options);
    try {
      await play({ root, steps, observe: log.observe });
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      throw new CommandFailure(`The demo failed: ${why}`, 1);
    } finally {
      log.close();
      if (options.keep) steps.note(`Kept: ${root}`);
      else await rm(root, { recursive: true, force: true });
    }
    steps.end();
  },
};

const actor: Actor = { kind: 'administrator', name: 'demo' };
const user = userIdOf('demo.clerk');
const partner = partnerIdOf('demo-clinic');
/** The id that the demo's files carry in ISA06. */
const submitterId = 'SUBMITTER';

/** A password that the default policy takes, and that no one knows after the demo. */
const newPassword = (): string =>
  `Kx7-${randomBytes(9)
    .toString('base64url')
    .replace(/[^A-Za-z]/g, 'w')}-Vq9!`;

/** Makes passwords until one is taken: a random one may hold a name or a sequence by chance. */
async function takenPassword(attempt: (password: string) => Promise<boolean>): Promise<string> {
  for (let tries = 0; tries < 20; tries += 1) {
    const password = newPassword();
    if (await attempt(password)) return password;
  }
  throw new Error('no password was taken by the policy');
}

interface Scene {
  readonly root: string;
  readonly steps: DemoSteps;
  readonly observe: CoreDeps['observe'];
}

async function play({ root, steps, observe }: Scene): Promise<void> {
  const gateway = await steps.run('Start the gateway: SFTP, portal, intake, on embedded SQLite', async () => {
    const started = await (await import('../gateway.ts')).startGateway({ config: demoConfig(root), observe });
    return [
      started,
      `SFTP ${started.sftp?.host}:${started.sftp?.port}, portal http://${started.portal?.host}:${started.portal?.port}/`,
    ];
  });
  try {
    const password = await steps.run('Add a trading partner and a user (no SFTP account yet)', () =>
      addPeople(gateway),
    );
    const client = await openClient(gateway, root);
    const browser = openDemoBrowser(`http://${gateway.portal?.host}:${gateway.portal?.port}`);
    await steps.run('SFTP login before the setup step', () => expectLogin(client, password, false));
    await steps.run('Sign in to the portal: password, and an authenticator app is set up', () =>
      signIn(browser, password),
    );
    await steps.run('SFTP Account Setup: user id, password, attestation, button "Setup"', () =>
      doStep(browser, password, 'Setup'),
    );
    await steps.run(`SFTP login after it, with ${client.name}`, () => expectLogin(client, password, true));
    await sendFiles({ root, steps, client, password });
    await steps.run('Send the first file again: the same ISA13 is a duplicate', () =>
      sendDuplicate({ root, client, password }),
    );
    await changePassword({ steps, client, browser, password });
  } finally {
    await gateway.close();
  }
}

function demoConfig(root: string): CoreDeps['config'] {
  const environment = {
    CLAIMGATE_SFTP_PORT: '0',
    CLAIMGATE_PORTAL_PORT: '0',
    CLAIMGATE_AUTH_BCRYPT_COST: '10',
  };
  const outcome = loadConfig({
    environment,
    overrides: { dataDirectory: join(root, 'data') },
    workingDirectory: root,
  });
  if (outcome.kind === 'refused')
    throw new Error(outcome.problems.map((problem) => problem.message).join(' '));
  return outcome.config;
}

async function addPeople({ core }: Gateway): Promise<readonly [string, string]> {
  await addPartner(core.database, { id: partner, name: 'Demo Clinic', submitterId, actor });
  await makePartnerFolders(core.directory, partner);
  const person = {
    firstName: 'Demo',
    lastName: 'Clerk',
    email: 'clerk@clinic.example',
    role: 'general-user',
    rights: everyRight,
  } as const;
  const password = await takenPassword(async (wanted) => {
    const outcome = await core.users.add({
      id: user,
      partnerId: partner,
      ...person,
      password: wanted,
      actor,
    });
    return outcome.kind === 'added';
  });
  return [password, `partner ${partner}, user ${user}`];
}

async function openClient(gateway: Gateway, root: string): Promise<DemoSftpClient> {
  const scratch = join(root, 'client');
  await mkdir(scratch, { recursive: true });
  const { host, port, knownHosts } = gateway.connection();
  return chooseSftpClient({ host, port, user, knownHosts, scratch });
}

async function expectLogin(
  client: DemoSftpClient,
  password: string,
  welcome: boolean,
): Promise<readonly [undefined, string]> {
  if ((await client.signsIn(password)) !== welcome) {
    throw new Error(
      welcome ? 'the SFTP login was refused' : 'the SFTP login was accepted, and it must not be',
    );
  }
  return [undefined, welcome ? 'accepted' : 'refused, as it must be'];
}

async function signIn(browser: DemoBrowser, password: string): Promise<readonly [undefined, string]> {
  const enrolment = await browser.send('/sign-in', { 'user-id': user, password });
  const codes = await browser.send('/sign-in/enrol', { code: demoCode(enrolment) });
  if (!codes.includes('Your recovery codes')) throw new Error('the portal did not take the second factor');
  const page = await browser.open('/home');
  if (!page.includes('SFTP Account Setup/Update')) throw new Error('the portal did not let the user in');
  return [undefined, 'the menu shows Trading Partner / SFTP Account Setup/Update'];
}

async function doStep(
  browser: DemoBrowser,
  password: string,
  button: 'Setup' | 'Update',
): Promise<readonly [undefined, string]> {
  const path = '/trading-partner/sftp-account';
  const before = await browser.open(path);
  if (!new RegExp(`<button[^>]*type="submit"[^>]*>\\s*${button}\\s*</button>`).test(before)) {
    throw new Error(`the page has no button that reads ${button}`);
  }
  const page = await browser.send(path, { 'user-id': user, password, attestation: 'yes', 'public-key': '' });
  const fingerprint = /SHA256:[A-Za-z0-9+/]{43}/.exec(page)?.[0];
  if (fingerprint === undefined) throw new Error('the page shows no host key fingerprint after the step');
  return [undefined, `status Active, host key ${fingerprint}`];
}

/** How long an answer may take, in milliseconds. */
const answerTimeoutMs = 60_000;

async function sendFiles(scene: {
  readonly root: string;
  readonly steps: DemoSteps;
  readonly client: DemoSftpClient;
  readonly password: string;
}): Promise<void> {
  const { root, steps, client, password } = scene;
  await steps.run(`Upload ${demoFiles.length} files by SFTP: 837P, 837I, 837D`, async () => {
    for (const file of demoFiles) await upload({ root, client, password }, file.name, file.content);
    return [undefined, `put into /inbound by ${client.name}`];
  });
  const answers = await steps.run('Fetch the 999s from /outbound', async () => {
    const fetched = new Map<DemoFile, string>();
    for (const file of demoFiles) fetched.set(file, await fetchAnswer(client, password, file.name, 1));
    return [fetched, `${fetched.size} acknowledgements, one for each interchange`] as const;
  });
  for (const [file, content] of answers) {
    steps.explain(`${file.name} (${file.transaction}, ${file.about})`, explain(file, content));
  }
}

async function upload(
  scene: { readonly root: string; readonly client: DemoSftpClient; readonly password: string },
  name: string,
  content: string,
): Promise<void> {
  const local = join(scene.root, 'client', name);
  await writeFile(local, content);
  await scene.client.put(scene.password, { local, remote: `/inbound/${name}` });
}

/** Waits for the answers to a file, as a partner does: by looking into /outbound. @returns the newest */
async function fetchAnswer(
  client: DemoSftpClient,
  password: string,
  name: string,
  count: number,
): Promise<string> {
  const until = Date.now() + answerTimeoutMs;
  for (;;) {
    const names = (await client.list(password, '/outbound'))
      .filter((found) => found.startsWith(`${name}.`))
      .sort();
    const newest = names.at(-1);
    if (names.length >= count && newest !== undefined) return client.get(password, `/outbound/${newest}`);
    if (Date.now() > until) throw new Error(`no answer to ${name} came within ${answerTimeoutMs / 1000} s`);
  }
}

function explain(file: DemoFile, content: string): readonly string[] {
  const view = readAcknowledgement(Buffer.from(content));
  const [group] = view?.groups ?? [];
  if (view === undefined || group === undefined) throw new Error(`the answer to ${file.name} is no 999`);
  if (group.code !== file.expected.ak901) {
    throw new Error(
      `the 999 for ${file.name} says ${group.code} ${group.codes.join(' ')}, and it must say ${file.expected.ak901}`,
    );
  }
  const segments = content.split(/~\s*/);
  const missing = file.expected.lines.find((line) => !segments.includes(line));
  if (missing !== undefined) throw new Error(`the 999 for ${file.name} lacks ${missing}`);
  return explainAcknowledgement(view);
}

async function sendDuplicate(scene: {
  readonly root: string;
  readonly client: DemoSftpClient;
  readonly password: string;
}): Promise<readonly [undefined, string]> {
  const [file] = demoFiles;
  if (file === undefined) throw new Error('there is no file to send again');
  await upload(scene, file.name, file.content);
  const view = readAcknowledgement(
    Buffer.from(await fetchAnswer(scene.client, scene.password, file.name, 2)),
  );
  if (view?.ta1?.code !== 'R' || view.ta1.note !== '025' || view.groups.length > 0) {
    throw new Error('the file that was sent twice was not rejected as a duplicate');
  }
  return [undefined, 'TA1 R 025, no 999, nothing processed twice'];
}

async function changePassword(scene: {
  readonly steps: DemoSteps;
  readonly client: DemoSftpClient;
  readonly browser: DemoBrowser;
  readonly password: string;
}): Promise<void> {
  const { steps, client, browser, password } = scene;
  const changed = await steps.run('Change the identity password in the portal', async () => {
    const wanted = await takenPassword(async (candidate) => {
      const fields = {
        'present-password': password,
        'new-password': candidate,
        'repeat-password': candidate,
      };
      return (await browser.send('/account/password', fields)).includes('Your password was changed');
    });
    return [wanted, 'the SFTP account now needs an update'];
  });
  await steps.run('SFTP login with the old password', () => expectLogin(client, password, false));
  await steps.run('SFTP login with the new password, before Update', () =>
    expectLogin(client, changed, false),
  );
  await steps.run('SFTP Account Update: the same page, button "Update"', () =>
    doStep(browser, changed, 'Update'),
  );
  await steps.run('SFTP login with the new password', () => expectLogin(client, changed, true));
  await steps.run('SFTP login with the old password, once more', () => expectLogin(client, password, false));
}
