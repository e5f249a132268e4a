// What a client offers in its first key exchange, read along from the wire before encryption begins: its
// identification line (RFC 4253 section 4.2) and its SSH_MSG_KEXINIT (section 7.1). Only for the log line that tells an
// operator why an old client cannot connect; ssh2 reads the same bytes itself and decides.

const kexInit = 20;
const cookieBytes = 16;
/** RFC 4253 section 6.1: packets up to 35,000 bytes must be taken; after that nothing is collected any more. */
const maxCollectedBytes = 40_000;
const maxNamesPerList = 60;
const maxNameLength = 64;
const maxSoftwareLength = 120;

const listNames = ['kex', 'hostKey', 'cipher', 'cipherOut', 'mac', 'macOut', 'compression'] as const;

export class ClientOffer {
  #collected: Buffer = Buffer.alloc(0);
  #done = false;
  #software = '';
  #lists: Readonly<Record<string, readonly string[]>> = {};

  /** What the client calls itself, printable ASCII only; empty until it has said so. */
  get software(): string {
    return this.#software;
  }

  /** Its algorithm lists by kind (client to server); empty until they have come. */
  get lists(): Readonly<Record<string, readonly string[]>> {
    return this.#lists;
  }

  /** Whether nothing more needs to be read. */
  get isDone(): boolean {
    return this.#done;
  }

  /** Reads along. Never throws. */
  push(chunk: Buffer): void {
    if (this.#done) return;
    this.#collected = Buffer.concat([this.#collected, chunk.subarray(0, maxCollectedBytes)]);
    this.#parse();
    if (this.#collected.length >= maxCollectedBytes) this.#done = true;
    if (this.#done) this.#collected = Buffer.alloc(0);
  }

  #parse(): void {
    const lineEnd = this.#collected.indexOf(0x0a);
    if (lineEnd === -1) return;
    const line = this.#collected.subarray(0, lineEnd).toString('latin1').trimEnd();
    this.#software = printable(line.replace(/^SSH-[^-]*-/, '')).slice(0, maxSoftwareLength);
    const packet = this.#collected.subarray(lineEnd + 1);
    if (packet.length < 6) return;
    const length = packet.readUInt32BE(0);
    if (packet.readUInt8(5) !== kexInit || length > maxCollectedBytes) {
      this.#done = true;
      return;
    }
    if (packet.length < 4 + length) return;
    this.#done = true;
    this.#lists = readLists(packet.subarray(6 + cookieBytes, 4 + length));
  }
}

function readLists(bytes: Buffer): Readonly<Record<string, readonly string[]>> {
  const lists: Record<string, readonly string[]> = {};
  let at = 0;
  for (const name of listNames) {
    if (bytes.length - at < 4) break;
    const length = bytes.readUInt32BE(at);
    at += 4;
    if (length > bytes.length - at) break;
    const text = bytes.subarray(at, at + length).toString('latin1');
    at += length;
    if (!name.endsWith('Out')) lists[name] = text.split(',', maxNamesPerList).map(algorithmName);
  }
  return lists;
}

function algorithmName(text: string): string {
  return printable(text).slice(0, maxNameLength);
}

/** Leaves printable ASCII, so that no client writes control characters into a log. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
