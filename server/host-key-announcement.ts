// Telling clients of all our host keys, so that a new one is known before it serves: hostkeys-00@openssh.com after
// sign-in, and the proof that we hold the keys when a client asks for it (OpenSSH PROTOCOL section 2.5). ssh2 knows
// neither as a server. Clients that do not understand it ignore it, as they do sshd's.

import { createPrivateKey, sign } from 'node:crypto';
import ssh2, { type Connection } from 'ssh2';
import type { HostKey } from './host-keys.ts';
import { answerGlobalRequest, sendGlobalRequest } from './ssh2-internals.ts';

const announcement = 'hostkeys-00@openssh.com';
const proof = 'hostkeys-prove-00@openssh.com';
/** There are two types and at most two keys of each. */
const maxKeysAsked = 16;

/**
 * Announces the keys to a client that has signed in, and answers when it asks for proof. RSA keys are left out: they
 * serve old clients, which do not learn keys.
 */
export function announceHostKeys(client: Connection, keys: readonly HostKey[]): void {
  const known = keys.filter(({ type }) => type !== 'ssh-rsa');
  answerGlobalRequest(client, proof, ({ data, sessionId }) => prove(known, { asked: data, sessionId }));
  sendGlobalRequest(client, {
    name: announcement,
    data: Buffer.concat(known.map(({ blob }) => field(blob))),
  });
}

/**
 * Signs for each key that is asked for.
 * @returns the signatures in the order asked, or undefined when one of the keys is not ours: then there is no proof
 */
function prove(
  keys: readonly HostKey[],
  input: { readonly asked: Buffer; readonly sessionId: Buffer },
): Buffer | undefined {
  const signatures: Buffer[] = [];
  let at = 0;
  while (at < input.asked.length) {
    if (input.asked.length - at < 4 || signatures.length === maxKeysAsked) return undefined;
    const end = at + 4 + input.asked.readUInt32BE(at);
    const blob = input.asked.subarray(at + 4, end);
    const key = keys.find((one) => one.blob.equals(blob));
    if (end > input.asked.length || key === undefined) return undefined;
    signatures.push(field(signWith(key, Buffer.concat([field(proof), field(input.sessionId), field(blob)]))));
    at = end;
  }
  return signatures.length === 0 ? undefined : Buffer.concat(signatures);
}

/** A signature as on the wire: RFC 8709 section 6 for ed25519, RFC 5656 section 3.1.2 for ECDSA. */
function signWith(key: HostKey, data: Buffer): Buffer {
  const parsed = ssh2.utils.parseKey(key.privateText);
  if (parsed instanceof Error) throw parsed;
  const privateKey = createPrivateKey(parsed.getPrivatePEM());
  if (key.type === 'ssh-ed25519')
    return Buffer.concat([field(key.type), field(sign(null, data, privateKey))]);
  const pair = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const numbers = [pair.subarray(0, 32), pair.subarray(32)].map((number) => field(positive(number)));
  return Buffer.concat([field(key.type), field(Buffer.concat(numbers))]);
}

/** An mpint (RFC 4251 section 5): no leading zero bytes but the one that keeps it from being negative. */
function positive(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = bytes.subarray(Math.max(0, first));
  return (digits[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), digits]) : digits;
}

function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
