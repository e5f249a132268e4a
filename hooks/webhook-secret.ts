// The signing secrets of a webhook, as a file holds them: one a line, the one to sign with first. One that is being
// replaced stands below it with the time until which receivers may still count on it:
//
//   whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
//   whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw until 2026-12-01T00:00:00Z
//
// While it lasts, messages carry a signature with each (Standard Webhooks, "Signature scheme": signatures are separated
// by spaces), and a receiver that knows either takes them.

export interface WebhookSecret {
  /** As the receiver is given it: `whsec_` and base64. */
  readonly text: string;
  readonly bytes: Buffer;
  /** Milliseconds since 1970; undefined: for good. */
  readonly untilMs: number | undefined;
}

/** A file of secrets that is not in the form that it must have. */
export class WebhookSecretError extends Error {
  readonly code = 'hooks.webhook-secret';
  constructor(name: string, why: string) {
    super(
      `The secrets of webhook ${name} cannot be used: ${why} Each line is whsec_ and base64 of 24 to 64 bytes (echo "whsec_$(openssl rand -base64 32)" makes one), and an old one ends with: until 2026-12-01T00:00:00Z.`,
    );
    this.name = 'WebhookSecretError';
  }
}

/** The specification asks for 24 to 64 bytes. */
const minBytes = 24;
const maxBytes = 64;
/** More at once is no rotation, and makes a long header. */
const maxSecrets = 4;

/**
 * Reads the secrets of a webhook. Neither the error nor anything else shows one.
 * @param name the hook's, for the message
 * @throws WebhookSecretError
 */
export function readWebhookSecrets(name: string, text: string): readonly WebhookSecret[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new WebhookSecretError(name, 'there is none.');
  if (lines.length > maxSecrets) throw new WebhookSecretError(name, `there are more than ${maxSecrets}.`);
  const secrets = lines.map((line, index) => readLine(name, line.trim(), index + 1));
  if (secrets[0]?.untilMs !== undefined)
    throw new WebhookSecretError(name, 'the first line is the secret to sign with, and must not end.');
  return secrets;
}

function readLine(name: string, line: string, number: number): WebhookSecret {
  const found = /^(?<secret>whsec_(?<base64>[A-Za-z0-9+/]+={0,2}))(?:\s+until\s+(?<until>\S+))?$/.exec(
    line,
  )?.groups;
  const bytes = Buffer.from(found?.['base64'] ?? '', 'base64');
  if (found === undefined || bytes.length < minBytes || bytes.length > maxBytes)
    throw new WebhookSecretError(name, `line ${number} has another form.`);
  const until = found['until'];
  const untilMs = until === undefined ? undefined : Date.parse(until);
  if (Number.isNaN(untilMs)) throw new WebhookSecretError(name, `line ${number} ends at no time.`);
  return { text: found['secret'] ?? '', bytes, untilMs };
}

/**
 * Puts a new secret first and lets the one before it end.
 * @param input.untilMs until when the old one is signed with too, in milliseconds since 1970
 * @returns the file's new text
 */
export function rotateSecrets(
  secrets: readonly WebhookSecret[],
  input: { readonly fresh: string; readonly untilMs: number; readonly nowMs: number },
): string {
  const old = secrets
    .filter(({ untilMs }) => untilMs === undefined || untilMs > input.nowMs)
    .slice(0, maxSecrets - 1)
    .map(({ text, untilMs }) => `${text} until ${new Date(untilMs ?? input.untilMs).toISOString()}`);
  return `${[input.fresh, ...old].join('\n')}\n`;
}

/** @returns a new secret of 32 random bytes */
export function newWebhookSecret(random: Buffer): string {
  return `whsec_${random.toString('base64')}`;
}
