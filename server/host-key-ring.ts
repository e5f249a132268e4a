// The host keys as files, and their rotation. Of each type one key serves (it proves who we are in key exchanges); while
// a rotation is under way a second one is announced, so that clients that understand hostkeys-00@openssh.com learn it
// before it serves, and people can be told its fingerprint. To retire the old key lets the new one serve.
//
// On disk: keys/ssh_host_<type>_key serves, keys/ssh_host_<type>_key.next is announced.

import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from '../domain/audit.ts';
import type { DataDirectory } from '../storage/data-directory.ts';
import { noteHostKeyChange } from '../storage/host-key-changes.ts';
import { readOrMakeKey } from '../storage/key-file.ts';
import type { Database } from '../storage/transaction.ts';
import { generateHostKeys, generateRsaHostKey, type HostKey, readHostKey } from './host-keys.ts';

const kinds = ['ed25519', 'ecdsa', 'rsa'] as const;
export type HostKeyKind = 'ed25519' | 'ecdsa';

export interface HostKeySet {
  readonly serving: readonly HostKey[];
  /** Of a type of which another one serves. */
  readonly announced: readonly HostKey[];
}

export type RotateOutcome =
  | { readonly kind: 'announced'; readonly key: HostKey }
  /** A rotation of this type is under way already. */
  | { readonly kind: 'under-way'; readonly key: HostKey };

export type RetireOutcome =
  /** `now` serves in its place; undefined when the retired key was only announced. */
  | { readonly kind: 'retired'; readonly key: HostKey; readonly now: HostKey | undefined }
  | { readonly kind: 'no-such-key' }
  /** Nothing would serve in its place. */
  | { readonly kind: 'needed'; readonly key: HostKey };

export interface HostKeyRing {
  /** @param options.rsa whether an RSA key is made too, for the profile `legacy` */
  read(options?: { readonly rsa: boolean }): HostKeySet;
  rotate(input: { readonly kind: HostKeyKind; readonly actor: Actor }): Promise<RotateOutcome>;
  retire(input: { readonly fingerprint: string; readonly actor: Actor }): Promise<RetireOutcome>;
}

export function createHostKeyRing(deps: {
  readonly directory: DataDirectory;
  readonly database: Database;
}): HostKeyRing {
  const { directory, database } = deps;
  const read: HostKeyRing['read'] = (options = { rsa: false }) => ({
    serving: kinds.flatMap((kind) => {
      const needed = kind !== 'rsa' || options.rsa || isThere(directory, nameOf(kind));
      return needed ? [readKey(directory, { name: nameOf(kind), kind })] : [];
    }),
    announced: kinds.flatMap((kind) => {
      const name = nextOf(kind);
      return isThere(directory, name) ? [readKey(directory, { name, kind })] : [];
    }),
  });
  return {
    read,
    async rotate({ kind, actor }) {
      const name = nextOf(kind);
      const underWay = isThere(directory, name);
      const key = readKey(directory, { name, kind });
      if (underWay) return { kind: 'under-way', key };
      const { fingerprint } = key;
      await noteHostKeyChange(database, { action: 'host-key.announce', fingerprint, actor });
      return { kind: 'announced', key };
    },
    async retire({ fingerprint, actor }) {
      const { serving, announced } = read();
      const key = [...serving, ...announced].find((one) => one.fingerprint === fingerprint);
      const kind = kinds.find((one) => key !== undefined && typeOf[one] === key.type);
      if (key === undefined || kind === undefined) return { kind: 'no-such-key' };
      if (announced.includes(key)) {
        rmSync(join(directory.keys, nextOf(kind)));
        await noteHostKeyChange(database, { action: 'host-key.retire', fingerprint, actor });
        return { kind: 'retired', key, now: undefined };
      }
      const now = announced.find(({ type }) => type === key.type);
      if (now === undefined) return { kind: 'needed', key };
      renameSync(join(directory.keys, nextOf(kind)), join(directory.keys, nameOf(kind)));
      await noteHostKeyChange(database, { action: 'host-key.retire', fingerprint, actor });
      return { kind: 'retired', key, now };
    },
  };
}

const typeOf = { ed25519: 'ssh-ed25519', ecdsa: 'ecdsa-sha2-nistp256', rsa: 'ssh-rsa' } as const;
const nameOf = (kind: (typeof kinds)[number]): string => `ssh_host_${kind}_key`;
const nextOf = (kind: (typeof kinds)[number]): string => `${nameOf(kind)}.next`;

function isThere(directory: DataDirectory, name: string): boolean {
  return existsSync(join(directory.keys, name));
}

/** @throws HostKeyUnusable, OpenSecretError */
function readKey(
  directory: DataDirectory,
  file: { readonly name: string; readonly kind: (typeof kinds)[number] },
): HostKey {
  const { name, kind } = file;
  const make = () => (kind === 'rsa' ? generateRsaHostKey() : generateHostKeys()[kind]);
  return readHostKey(readOrMakeKey(directory, { name, make }).toString('utf8'), { rsa: kind === 'rsa' });
}
