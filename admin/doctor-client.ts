// Clients that found no algorithm in common with us: which profile would do for them. What a client offers comes from
// the log (`sftp.negotiation-failed`), or from a file that the operator hands over.

import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { parse } from 'yaml';
import { type AlgorithmProfile, adviseClient } from '../roles/sftp-diagnosis.ts';
import { CommandFailure } from './command-failure.ts';
import {
  type Check,
  type ClientEvidence,
  error,
  type Finding,
  messageOf,
  ok,
  warning,
} from './doctor-check.ts';
import { printable } from './output.ts';

/** The end of a log that is looked through. */
const logBytesMax = 16 * 1024 * 1024;
/** How many clients are told of, the last ones first. */
const clientsMax = 5;

const kinds = ['kex', 'hostKey', 'cipher', 'mac'] as const;

export const clientCheck: Check = {
  id: 'client',
  looksAt:
    'clients that could not connect since no algorithm was in common: of the log (log.file or --log), or one handed over by --client-offer; which profile would do',
  cure: 'what is said of each; sftp.profile and sftp.listeners are described in docs/sftp.md',
  run({ config, client }) {
    const { profile } = config.sftp;
    if (client !== undefined) return judge(client, profile);
    const { file } = config.log;
    if (file === undefined) return ok('The log goes to standard error: hand it over by --log FILE.');
    const seen = clientsOfLog(file);
    if (seen.kind === 'unreadable')
      return warning(`${file} cannot be read: ${seen.why}.`, 'Hand another one over: --log FILE.');
    const clients = seen.clients.filter((one) => !suits(one, profile));
    return clients.length === 0 ? ok('None in the log.') : clients.map((one) => judge(one, profile));
  },
};

function suits({ offered }: ClientEvidence, profile: AlgorithmProfile): boolean {
  return adviseClient(offered, profile).startsWith('Both have');
}

function judge(client: ClientEvidence, profile: AlgorithmProfile): Finding {
  const found = `${client.name}: ${adviseClient(client.offered, profile)}`;
  if (suits(client, profile)) return ok(found);
  return found.includes('No profile would do') ? error(found) : warning(found);
}

/**
 * Reads what a client offers: JSON or YAML with the lists kex, hostKey, cipher and mac, a log line that has them in
 * `offered`, or lines such as `kex: a,b,c`.
 * @throws CommandFailure (2)
 */
export function readClientOffer(file: string): ClientEvidence {
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw new CommandFailure(`${file} cannot be read: ${messageOf(thrown)}.`, 2);
  }
  const offered = listsOf(value);
  if (offered !== undefined) return { name: nameOf(value) ?? 'The client', offered };
  throw new CommandFailure(
    `${file} holds no algorithm lists. It needs lines such as "kex: curve25519-sha256,ecdh-sha2-nistp256" for some of ${kinds.join(', ')}, or a log line of sftp.negotiation-failed.`,
    2,
  );
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

function listsOf(value: unknown): ClientEvidence['offered'] | undefined {
  const fields = fieldsOf(fieldsOf(value)?.['offered']) ?? fieldsOf(value);
  const lists = kinds.flatMap((kind): readonly (readonly [string, readonly string[]])[] => {
    const list = fields?.[kind];
    const names = typeof list === 'string' ? list.split(/[\s,]+/) : list;
    if (!Array.isArray(names)) return [];
    return [[kind, names.map(String).filter((name) => name !== '')]];
  });
  return lists.length === 0 ? undefined : Object.fromEntries(lists);
}

function nameOf(value: unknown): string | undefined {
  const fields = fieldsOf(value);
  const { software, address } = fields ?? {};
  const parts = [software, typeof address === 'string' ? `from ${address}` : undefined];
  const name = parts.filter((part) => typeof part === 'string' && part !== '').join(' ');
  return name === '' ? undefined : printable(name);
}

/** The last failed negotiation in a log. @throws CommandFailure (2) when there is none or it cannot be read */
export function readLastFailure(file: string): ClientEvidence {
  const seen = clientsOfLog(file);
  if (seen.kind === 'unreadable') throw new CommandFailure(`${file} cannot be read: ${seen.why}.`, 2);
  const [last] = seen.clients;
  if (last === undefined)
    throw new CommandFailure(
      `${file} holds no failed negotiation (sftp.negotiation-failed) in its last 16 MB.`,
      2,
    );
  return last;
}

type LogClients =
  | { readonly kind: 'ok'; readonly clients: readonly ClientEvidence[] }
  | { readonly kind: 'unreadable'; readonly why: string };

/** @returns each client once, the last first */
function clientsOfLog(file: string): LogClients {
  try {
    const lines = endOf(file)
      .split('\n')
      .filter((line) => line.includes('"sftp.negotiation-failed"'));
    const clients = new Map<string, ClientEvidence>();
    for (const line of lines.reverse()) {
      const value = parseLine(line);
      const offered = listsOf(value);
      if (offered === undefined) continue;
      const client = { name: nameOf(value) ?? 'A client', offered };
      if (!clients.has(client.name)) clients.set(client.name, client);
      if (clients.size === clientsMax) break;
    }
    return { kind: 'ok', clients: [...clients.values()] };
  } catch (thrown) {
    return { kind: 'unreadable', why: messageOf(thrown) };
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The first line of the end is a part of one.
    return undefined;
  }
}

function endOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, logBytesMax));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8');
  } finally {
    closeSync(file);
  }
}
