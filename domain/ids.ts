// The names by which everything is called. Each is a branded string, so that a partner's id cannot be handed to
// something that wants a user's; each has one function that mints it, and that function is the only door.

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A trading partner's id: also the name of its mailbox folder, so it is safe as a file name. */
export type PartnerId = Branded<'PartnerId'>;
/** A user's id in the style of a state identity (NCID); kept in lower case, since people type it in any case. */
export type UserId = Branded<'UserId'>;
/** A transmission's id: sortable by time of creation, safe as a file name. */
export type TransmissionId = Branded<'TransmissionId'>;
/** An event's id: what a hook's receiver deduplicates by. */
export type EventId = Branded<'EventId'>;

export type IdOutcome<Id> =
  | { readonly kind: 'ok'; readonly id: Id }
  | { readonly kind: 'invalid'; readonly why: string };

const partnerIdForm = /^[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$|^[a-z0-9]$/;

/**
 * Reads a trading partner's id as typed by an administrator.
 * @returns the id in lower case, or why it cannot be one
 */
export function parsePartnerId(text: string): IdOutcome<PartnerId> {
  const id = text.toLowerCase();
  return partnerIdForm.test(id)
    ? { kind: 'ok', id: id as PartnerId }
    : {
        kind: 'invalid',
        why: 'a trading partner id has 1 to 32 letters, digits or hyphens, and begins and ends with a letter or digit',
      };
}

const userIdForm = /^[a-z0-9][a-z0-9._@-]{2,63}$/;

/**
 * Reads a user id (NCID) as typed by a person. A NUL, a control character or a look-alike letter never passes (rule R10).
 * @returns the id in lower case, or why it cannot be one
 */
export function parseUserId(text: string): IdOutcome<UserId> {
  const id = text.toLowerCase();
  return userIdForm.test(id)
    ? { kind: 'ok', id: id as UserId }
    : {
        kind: 'invalid',
        why: 'a user id has 3 to 64 letters, digits, dots, hyphens, underscores or @, and begins with a letter or digit',
      };
}

const generatedIdForm = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Reads a transmission id that someone typed or a row holds.
 * @returns the id, or why it cannot be one
 */
export function parseTransmissionId(text: string): IdOutcome<TransmissionId> {
  return generatedIdForm.test(text)
    ? { kind: 'ok', id: text as TransmissionId }
    : { kind: 'invalid', why: 'a transmission id is a UUID such as `claimgate transmission list` prints' };
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Makes the text of a UUID version 7 (RFC 9562 section 5.7): sortable by time, unguessable in its other 74 bits.
 * @param nowMs milliseconds since 1970
 * @param random at least 10 random bytes from a secure source (rule R18)
 */
export function uuidV7(nowMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  let rest = Math.floor(nowMs);
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  let text = '';
  for (const [index, byte] of bytes.entries()) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-';
    text += hexOfByte[byte];
  }
  return text;
}

/** Mints a transmission id. @see uuidV7 */
export function newTransmissionId(nowMs: number, random: Uint8Array): TransmissionId {
  return uuidV7(nowMs, random) as TransmissionId;
}

/** Mints an event id. @see uuidV7 */
export function newEventId(nowMs: number, random: Uint8Array): EventId {
  return uuidV7(nowMs, random) as EventId;
}
