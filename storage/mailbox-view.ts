// What a user may see of its partner's mailbox. In `outbound`: files of the kinds that it may receive, and our reports
// on files of its own. In `inbound`: what it sent itself, and what others sent of kinds that it may send too. Rights are
// read when something is asked for, so that a change of grants reaches live sessions at once; who holds every right of
// the partner is shown everything, and nothing is looked up for it.

import type { Stats } from 'node:fs';
import { type ContentKind, mayReceive, whatMayNotBeSent } from '../domain/content-kind.ts';
import type { Rights, RightsHolder } from '../domain/right.ts';
import type { EntryName, MailboxFolder } from '../domain/virtual-path.ts';
import type { BriefMemory } from './brief-memory.ts';
import type { DataDirectory } from './data-directory.ts';
import { readRights } from './grant-store.ts';

import { type LookedInto, lookInto } from './outbound-content.ts';
import { inodeOf, type OutboundFile, readOutboundFiles } from './outbound-file-store.ts';
import type { Database } from './transaction.ts';
import { readSentFiles } from './transmission-content.ts';

/** A regular file of a mailbox folder, as lstat found it. */
export interface SeenEntry {
  readonly name: EntryName;
  readonly stats: Stats;
}

/** What of the journal is remembered for some milliseconds. */
export interface ViewMemory {
  readonly rights: BriefMemory<Rights>;
}

export interface ViewDeps {
  readonly memory: ViewMemory;
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly lookedInto: LookedInto;
}

/** Leaves out of some entries those that the user may not know of. */
export type MailboxView = (entries: readonly SeenEntry[]) => Promise<readonly SeenEntry[]>;

/** Entries that are asked about at once: within the parameters that a statement takes. */
export const viewBatch = 200;

/**
 * Reads the user's rights, and for `outbound` what its files are known to hold: two queries, however many there are.
 * @param where.name the one name that is asked for; left out: any
 */
export async function openView(
  deps: ViewDeps,
  owner: RightsHolder,
  where: { readonly folder: MailboxFolder; readonly name?: EntryName },
): Promise<MailboxView> {
  const { database, memory } = deps;
  const key = `${owner.partnerId}/${owner.userId ?? ''}`;
  const rights = await memory.rights.recall(key, () => readRights(database, owner));
  const all = where.folder === 'outbound' ? rights.receivesAll : rights.sendsAll;
  if (all) return async (entries) => entries;
  if (where.folder === 'inbound') return (entries) => seeInbound(deps, { owner, rights, entries });
  const known = await readOutboundFiles(database, { partnerId: owner.partnerId, name: where.name });
  return async (entries) => {
    const seen: SeenEntry[] = [];
    for (const entry of entries) if (await maySee(deps, { owner, rights, known, entry })) seen.push(entry);
    return seen;
  };
}

/** Whether the user may know of one entry. */
export async function maySeeEntry(
  deps: ViewDeps,
  owner: RightsHolder,
  entry: SeenEntry & { readonly folder: MailboxFolder },
): Promise<boolean> {
  const view = await openView(deps, owner, entry);
  return (await view([entry])).length > 0;
}

async function maySee(
  deps: ViewDeps,
  input: {
    readonly owner: RightsHolder;
    readonly rights: Rights;
    readonly known: ReadonlyMap<string, OutboundFile>;
    readonly entry: SeenEntry;
  },
): Promise<boolean> {
  const { owner, rights, known, entry } = input;
  const row = known.get(entry.name);
  if (row !== undefined && (row.inode === undefined || row.inode === inodeOf(entry.stats)))
    return mayReceive(rights, row.kinds) || isOwnReport(row, owner);
  if (rights.receive.size === 0) return false;
  const path = deps.directory.entry(owner.partnerId, 'outbound', entry.name);
  return mayReceive(rights, await lookInto(deps.lookedInto, path, entry.stats));
}

/** Who sent a file that was not processed is told why, whatever else it may receive. */
const isOwnReport = (file: OutboundFile, owner: RightsHolder): boolean =>
  file.userId === owner.userId && file.kinds.length === 1 && file.kinds[0] === 'report';

async function seeInbound(
  { database }: ViewDeps,
  input: { readonly owner: RightsHolder; readonly rights: Rights; readonly entries: readonly SeenEntry[] },
): Promise<readonly SeenEntry[]> {
  const { owner, rights, entries } = input;
  const { partnerId } = owner;
  const sent = await readSentFiles(database, {
    partnerId,
    inodes: entries.map(({ stats }) => inodeOf(stats)),
  });
  return entries.filter(({ stats }) => {
    const file = sent.get(inodeOf(stats));
    // An inode's number is used again: it counts while the original has it too, and the size is the same.
    if (file === undefined || stats.nlink < 2 || file.sizeBytes !== stats.size) return false;
    return file.userId === owner.userId || maySeeSent(rights, file.kinds);
  });
}

/** Of what nobody has read yet, or what cannot be named, no one knows which right it takes. */
function maySeeSent(rights: Rights, kinds: readonly ContentKind[]): boolean {
  const named = kinds.length > 0 && !kinds.includes('unknown');
  return named && whatMayNotBeSent(rights, kinds).length === 0;
}
