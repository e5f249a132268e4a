// A real database and a real data directory for one test, and the nouns that most tests begin with.

import { randomBytes } from 'node:crypto';
import { type PartnerId, parsePartnerId, parseUserId, type UserId } from '../../domain/ids.ts';
import type { Mailbox, WritableFile } from '../../domain/mailbox.ts';
import type { Observation } from '../../domain/observation.ts';
import { everyRight } from '../../domain/right.ts';
import { parseVirtualPath, type VirtualPath } from '../../domain/virtual-path.ts';
import { type DataDirectory, makePartnerFolders, openDataDirectory } from '../../storage/data-directory.ts';
import { openDatabase } from '../../storage/database.ts';
import { createMailboxes, type Mailboxes } from '../../storage/mailbox.ts';
import { addPartner } from '../../storage/partner-store.ts';
import type { Database } from '../../storage/transaction.ts';
import { addUser } from '../../storage/user-store.ts';

export interface Clock {
  now: () => number;
  advance: (ms: number) => void;
}

/** A clock that goes on by a millisecond each time it is read, and further when it is told to. */
export function testClock(startMs = Date.UTC(2026, 10, 21, 12)): Clock {
  let nowMs = startMs;
  return {
    now: () => {
      nowMs += 1;
      return nowMs;
    },
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

export interface TestStorage {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly mailboxes: Mailboxes;
  readonly clock: Clock;
  readonly observations: Observation[];
}

interface Teardown {
  teardown(work: () => Promise<unknown>): void;
  testdir(): string;
}

export const partnerId = (text: string): PartnerId => {
  const parsed = parsePartnerId(text);
  if (parsed.kind === 'invalid') throw new Error(parsed.why);
  return parsed.id;
};

export const userId = (text: string): UserId => {
  const parsed = parseUserId(text);
  if (parsed.kind === 'invalid') throw new Error(parsed.why);
  return parsed.id;
};

/** A virtual path that is known to be well-formed. */
export function at(text: string): VirtualPath {
  const parsed = parseVirtualPath(Buffer.from(text));
  if (parsed.kind === 'invalid') throw new Error(parsed.why);
  return parsed.path;
}

/** Opens storage in `root`, or in a directory of the test's own. */
export function openTestStorage(t: Teardown, root = t.testdir(), clock = testClock()): TestStorage {
  const directory = openDataDirectory(root);
  const observations: Observation[] = [];
  const observe = (observation: Observation) => observations.push(observation);
  const database = openDatabase({
    file: directory.database,
    now: clock.now,
    randomBytes,
    busyTimeoutMs: 5000,
    changePollMs: 0,
  });
  t.teardown(() => database.close());
  const settings = { maxFileBytes: 100 * 1024 * 1024, minFreeBytes: 0 };
  const mailboxes = createMailboxes({ database, directory, observe, settings });
  return { database, directory, mailboxes, clock, observations };
}

const actor = { kind: 'administrator', name: 'test' } as const;

/** Adds a partner `acme` with users `alice` and `bob`, and a partner `other` with `mallory`. */
export async function addTestPartners({ database, directory }: TestStorage): Promise<void> {
  for (const [partner, users] of [
    ['acme', ['alice', 'bob']],
    ['other', ['mallory']],
  ] as const) {
    const id = partnerId(partner);
    await addPartner(database, { id, name: partner, submitterId: `TSN${partner}`, actor });
    await makePartnerFolders(directory, id);
    for (const name of users) {
      const person = {
        firstName: name,
        lastName: 'Tester',
        email: `${name}@example.org`,
        role: 'general-user',
        rights: everyRight,
      } as const;
      await addUser(database, { id: userId(name), partnerId: id, ...person, passwordHash: 'none', actor });
    }
  }
}

/** @returns a file of a mailbox that is open for writing; begun anew, when nothing else is asked */
export async function opened(
  mailbox: Mailbox,
  path: string,
  options = { create: true, truncate: true, exclusive: false },
): Promise<WritableFile> {
  const outcome = await mailbox.openForWrite(at(path), options);
  if (outcome.kind === 'refused') throw new Error(`refused: ${outcome.why}`);
  return outcome.file;
}

/** The mailbox of `alice` of `acme`, with its storage. */
export async function openAlice<Storage extends TestStorage>(
  storage: Storage,
  source: 'sftp' | 'portal' = 'sftp',
): Promise<Storage & { readonly alice: Mailbox }> {
  await addTestPartners(storage);
  const owner = { partnerId: partnerId('acme'), userId: userId('alice'), source };
  return { ...storage, alice: await storage.mailboxes.open(owner) };
}
