// The `longname` of a NAME reply: the line that `ls -l` shows (draft-ietf-secsh-filexfer-02 section 7). The draft
// recommends the form and forbids clients to parse it; some do, so it is kept to the letter.

import type { FolderEntry } from './file-system.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
/** As in ls: a time further away than half a year is shown with its year in place of the hour. */
const halfYearMs = 182.5 * 24 * 3600 * 1000;
/** Whom a mailbox shows as owner and group. */
const noAccounts = 'partner  claimgate';
const typeLetters = {
  file: '-',
  folder: 'd',
  link: 'l',
  'character-device': 'c',
  'block-device': 'b',
  pipe: 'p',
  socket: 's',
} as const;
/** Set-user-id, set-group-id and sticky, which `ls` shows in place of the x beside them: the bit, where, the letter. */
const specialBits = [
  [0o4000, 2, 's'],
  [0o2000, 5, 's'],
  [0o1000, 8, 't'],
] as const;

/**
 * Prints one line of `ls -l`. Times are in UTC.
 * @param entry what to show
 * @param nowMs milliseconds since 1970
 */
export function printLongName(entry: FolderEntry, nowMs: number): string {
  const { kind, permissions, sizeBytes, modifiedAtMs, owner, linkCount = 1 } = entry.attributes;
  const mode = `${typeLetters[kind]}${printPermissions(permissions)}`;
  const accounts =
    owner === undefined ? noAccounts : `${String(owner.userId).padEnd(8)} ${String(owner.groupId).padEnd(8)}`;
  const size = String(sizeBytes).padStart(8);
  return `${mode} ${String(linkCount).padStart(4)} ${accounts} ${size} ${printTime(modifiedAtMs, nowMs)} ${entry.name}`;
}

function printPermissions(permissions: number): string {
  const letters = [...'rwxrwxrwx'].map((letter, index) => (permissions & (0o400 >> index) ? letter : '-'));
  for (const [bit, at, letter] of specialBits) {
    if (permissions & bit) letters[at] = letters[at] === 'x' ? letter : letter.toUpperCase();
  }
  return letters.join('');
}

function printTime(timeMs: number, nowMs: number): string {
  const time = new Date(timeMs);
  const day = `${months[time.getUTCMonth()] ?? 'Jan'} ${String(time.getUTCDate()).padStart(2)}`;
  if (Math.abs(nowMs - timeMs) > halfYearMs) return `${day}  ${time.getUTCFullYear()}`;
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${day} ${pad(time.getUTCHours())}:${pad(time.getUTCMinutes())}`;
}
