// Starts the daemon for a test: a real listener on a free port, a mailbox in the test's folder, a gate that knows one
// user, and everything that was observed.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import { parsePartnerId, parseUserId } from '../../../domain/ids.ts';
import type { LoginAttempt, LoginOutcome, SftpGate, SftpPrincipal } from '../../../domain/login.ts';
import type { Observation } from '../../../domain/observation.ts';
import { generateHostKeys } from '../../../server/host-keys.ts';
import { defaultSftpServerSettings, type SftpServerSettings } from '../../../server/settings.ts';
import { type SftpServer, startSftpServer } from '../../../server/sftp-server.ts';
import { type FolderMailbox, openFolderMailbox } from './folder-mailbox.ts';

export const userName = 'mfranklin';
export const password = 'Correct-Horse-9';

export interface TestServer {
  readonly server: SftpServer;
  readonly mailbox: FolderMailbox;
  readonly observed: Observation[];
  /** The test's own folder; the mailbox is in it. */
  readonly cwd: string;
  readonly gate: TestGate;
  /** Announces that accounts have changed. */
  readonly announceChange: () => void;
  /** Waits until something of this kind was observed, now or earlier. */
  readonly seen: <Kind extends Observation['kind']>(
    kind: Kind,
  ) => Promise<Extract<Observation, { kind: Kind }>>;
}

/** A gate that a test can change while it runs. */
interface TestGate extends SftpGate {
  authenticate: SftpGate['authenticate'];
  readonly attempts: LoginAttempt[];
  readonly keyQueries: string[];
  /** Public key blobs that may sign in, in base64. */
  readonly keys: Set<string>;
  welcome: boolean;
  /** While set, authenticate throws it. */
  broken: Error | undefined;
}

function testPrincipal(): SftpPrincipal {
  const user = parseUserId(userName);
  const partner = parsePartnerId('acme-dental');
  if (user.kind === 'invalid' || partner.kind === 'invalid') throw new Error('The test has bad ids.');
  return { userId: user.id, partnerId: partner.id, accountVersion: 1 };
}

export async function startServer(
  t: Test,
  settings: Partial<SftpServerSettings> = {},
  files: Record<string, string | Buffer> = {},
): Promise<TestServer> {
  const cwd = t.testdir(files);
  const mailbox = await openFolderMailbox(join(cwd, 'mailbox'));
  const observed: Observation[] = [];
  const waiting = new Set<() => void>();
  const listeners = new Set<() => void>();
  const gate = newGate();
  const { ed25519, ecdsa } = generateHostKeys();
  const legacy = settings.listeners?.some(({ profile }) => profile === 'legacy') ?? false;
  const server = await startSftpServer({
    gate,
    openMailbox: async () => mailbox,
    observe(observation) {
      observed.push(observation);
      for (const wake of waiting) wake();
    },
    settings: { ...defaultSftpServerSettings, port: 0, ...settings },
    hostKeys: [ed25519, ecdsa, ...(legacy ? [rsaPrivateKey(2048)] : [])],
    now: Date.now,
    randomBytes: (count) => randomBytes(count),
    changed(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  t.teardown(() => server.close());
  return {
    server,
    mailbox,
    cwd,
    observed,
    gate,
    announceChange() {
      for (const listener of listeners) listener();
    },
    seen: (kind) =>
      new Promise((resolve) => {
        const look = () => {
          const found = observed.find((observation) => observation.kind === kind);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found as Extract<Observation, { kind: typeof kind }>);
        };
        waiting.add(look);
        look();
      }),
  };
}

function newGate(): TestGate {
  const gate: TestGate = {
    attempts: [],
    keyQueries: [],
    keys: new Set(),
    welcome: true,
    broken: undefined,
    async authenticate(attempt): Promise<LoginOutcome> {
      gate.attempts.push(attempt);
      if (gate.broken) throw gate.broken;
      if (attempt.userName !== userName) return { kind: 'rejected', reason: 'no-account' };
      if (attempt.proof.kind === 'password') {
        return attempt.proof.password === password
          ? { kind: 'accepted', principal: testPrincipal() }
          : { kind: 'rejected', reason: 'wrong-password' };
      }
      return gate.keys.has(Buffer.from(attempt.proof.blob).toString('base64'))
        ? { kind: 'accepted', principal: testPrincipal() }
        : { kind: 'rejected', reason: 'unknown-key' };
    },
    async maySignWith(_userName, key) {
      const blob = Buffer.from(key.blob).toString('base64');
      gate.keyQueries.push(blob);
      return gate.keys.has(blob);
    },
    async stillWelcome() {
      return gate.welcome;
    },
  };
  return gate;
}

/** A fresh RSA key in PEM, of a size that ssh2's own generator does not make in tests. */
export function rsaPrivateKey(bits: number): string {
  return generateKeyPairSync('rsa', { modulusLength: bits })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString();
}
