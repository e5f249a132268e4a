// The file of `claimgate apply` in the words of the house: ids, networks and rights parsed, everything that cannot be
// named with its line before anything is changed.

import type {
  Place,
  ProvisionedPartner,
  ProvisionedUser,
  ProvisionedUserOfNone,
  ReadProvisioning,
} from '../config/provisioning.ts';
import type { Role } from '../domain/account.ts';
import { type PartnerId, parsePartnerId, parseUserId, type UserId } from '../domain/ids.ts';
import type { AuthenticationPolicy } from '../domain/login.ts';
import { type Network, parseNetwork } from '../domain/network.ts';
import { parseEmail } from '../domain/person.ts';
import { type Direction, everyRight, parseRight, type Right } from '../domain/right.ts';
import { parseSubmitterId } from '../domain/submitter-id.ts';
import type { UserKind } from '../domain/user.ts';
import { type ProfileChange, profileChangeOf } from './profile-change.ts';

/** What is undefined is left as it is. */
export interface WantedUser {
  readonly id: UserId;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly kind: UserKind | undefined;
  /** Whether it runs the gateway. */
  readonly administrator: boolean | undefined;
  /** Always undefined for a user of no trading partner, as are `send` and `receive`. */
  readonly role: Role | undefined;
  readonly status: 'invited' | 'active' | 'disabled' | 'expired' | undefined;
  readonly send: Wanted;
  readonly receive: Wanted;
  readonly line: number;
}

/** `all`: whatever the partner has agreed on. */
export type Wanted = readonly Right[] | 'all' | undefined;

export interface WantedPartner {
  readonly id: PartnerId;
  readonly name: string;
  readonly submitterId: string;
  readonly authentication: AuthenticationPolicy | undefined;
  readonly allowedNetworks: readonly Network[] | undefined;
  readonly send: Wanted;
  readonly receive: Wanted;
  /** Keys of its profile; those that are not among them stay. */
  readonly profile: readonly ProfileChange[];
  /** Undefined: nothing is said of its users. */
  readonly users: readonly WantedUser[] | undefined;
  readonly line: number;
}

export interface WantedState {
  readonly partners: readonly WantedPartner[];
  /** Users of no trading partner; undefined: nothing is said of them. */
  readonly users: readonly WantedUser[] | undefined;
}

export interface Blame {
  readonly problems: { readonly line: number; readonly message: string }[];
  at(line: number, message: string): undefined;
}

export function newBlame(): Blame {
  const problems: { readonly line: number; readonly message: string }[] = [];
  return {
    problems,
    at(line, message) {
      problems.push({ line, message });
      return undefined;
    },
  };
}

type Readable = ReadProvisioning & { readonly kind: 'ok' };

/** Reads every partner and user; what cannot be goes to `blame`. */
export function parseWanted(file: Readable, blame: Blame): WantedState {
  const seen = {
    partners: new Map<string, number>(),
    submitters: new Map<string, number>(),
    users: new Map<string, number>(),
  };
  const onceEach = (users: readonly WantedUser[] | undefined) => {
    for (const { id, line } of users ?? []) once(blame, seen.users, id, `user ${id}`, line);
  };
  const partners = file.value.partners.flatMap((one, at) => {
    const place = ['partners', at];
    const partner = parsePartner({ file, blame, place }, one);
    if (partner === undefined) return [];
    once(blame, seen.partners, partner.id, `trading partner ${partner.id}`, partner.line);
    once(blame, seen.submitters, partner.submitterId, `submitter id ${partner.submitterId}`, partner.line);
    onceEach(partner.users);
    return [partner];
  });
  const users = parseUsers({ file, blame, place: [] }, file.value.users);
  onceEach(users);
  return { partners, users };
}

function parseUsers(
  { file, blame, place }: Reading,
  users: readonly (ProvisionedUser | ProvisionedUserOfNone)[] | undefined,
): readonly WantedUser[] | undefined {
  return users?.flatMap(
    (user, index) => parseUser({ file, blame, place: [...place, 'users', index] }, user) ?? [],
  );
}

function once(blame: Blame, seen: Map<string, number>, key: string, what: string, line: number): void {
  const first = seen.get(key);
  if (first !== undefined) blame.at(line, `${what} stands in line ${first} already.`);
  seen.set(key, line);
}

interface Reading {
  readonly file: Readable;
  readonly blame: Blame;
  readonly place: Place;
}

function parsePartner(reading: Reading, one: ProvisionedPartner): WantedPartner | undefined {
  const { file, blame, place } = reading;
  const at = (key: string, message: string) => blame.at(file.lineOf([...place, key]), message);
  const id = parsePartnerId(one.id);
  if (id.kind === 'invalid') return at('id', `"${one.id}" is not a trading partner id: ${id.why}.`);
  const submitterId = one.submitterId.trim();
  if (parseSubmitterId(submitterId) === undefined)
    at('submitterId', 'A submitter id has 1 to 15 printable characters.');
  const networks = one.allowedNetworks?.flatMap(
    (text, index) =>
      parseNetwork(text) ??
      blame.at(file.lineOf([...place, 'allowedNetworks', index]), `"${text}" is no address or network.`) ??
      [],
  );
  return {
    id: id.id,
    name: one.name,
    submitterId,
    authentication: one.authentication,
    allowedNetworks: networks,
    send: parseRights(reading, 'send', one.send),
    receive: parseRights(reading, 'receive', one.receive),
    profile: parseProfile(reading, one.profile),
    users: parseUsers(reading, one.users),
    line: file.lineOf([...place, 'id']),
  };
}

function parseProfile(
  { file, blame, place }: Reading,
  wanted: ProvisionedPartner['profile'],
): readonly ProfileChange[] {
  return Object.entries(wanted ?? {}).flatMap(([name, value]) => {
    const change = profileChangeOf(name, String(value ?? ''));
    if (typeof change !== 'string') return [change];
    blame.at(
      file.lineOf([...place, 'profile', name]),
      `${change.charAt(0).toUpperCase()}${change.slice(1)}.`,
    );
    return [];
  });
}

function parseUser(
  reading: Reading,
  // One of no trading partner says nothing of an office.
  one: ProvisionedUserOfNone & Pick<ProvisionedUser, 'role' | 'send' | 'receive'>,
): WantedUser | undefined {
  const { file, blame, place } = reading;
  const at = (key: string, message: string) => blame.at(file.lineOf([...place, key]), message);
  const id = parseUserId(one.id);
  if (id.kind === 'invalid') return at('id', `"${one.id}" is not a user id: ${id.why}.`);
  const email = parseEmail(one.email) ?? at('email', `"${one.email}" is not an e-mail address.`);
  if (email === undefined) return undefined;
  const { firstName, lastName, kind, administrator, role, status } = one;
  const send = parseRights(reading, 'send', one.send);
  const receive = parseRights(reading, 'receive', one.receive);
  return {
    id: id.id,
    firstName,
    lastName,
    email,
    kind,
    administrator,
    role,
    status,
    send,
    receive,
    line: file.lineOf([...place, 'id']),
  };
}

function parseRights(
  { file, blame, place }: Reading,
  direction: Direction,
  wanted: ProvisionedUser['send'],
): Wanted {
  if (wanted === undefined || wanted === 'all') return wanted;
  if (wanted === 'none') return [];
  const rights = wanted.flatMap(
    (text, index) =>
      parseRight(direction, text) ??
      blame.at(
        file.lineOf([...place, direction, index]),
        `"${text}" is not a transaction that partners ${direction}.`,
      ) ??
      [],
  );
  // In the order of the house, so that the same rights are the same list.
  return everyRight.filter((right) => rights.includes(right));
}
