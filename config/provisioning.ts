// The file of `claimgate apply`: partners, their users, and users of no partner, as they shall be. Read as a whole, with
// the line of each thing that does not fit. What is left out of it is left alone; for something new, the default holds.

import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';

/** `all`, `none`, or names of transactions; YAML reads 270 as a number, and means the same. */
const transactions = z.union([
  z.enum(['all', 'none']),
  z.array(z.union([z.string().min(1).max(40), z.int()]).transform(String)),
]);
const name = z.string().max(200);

const person = {
  id: z.string(),
  firstName: name,
  lastName: name,
  email: z.string().max(254),
  kind: z.enum(['individual', 'business', 'government']).optional(),
  /** Whether the user runs the gateway; it is no right in any mailbox. */
  administrator: z.boolean().optional(),
  /** `invited`: who is new gets a mail to choose a password by; who is there already is left as is. */
  status: z.enum(['invited', 'active', 'disabled', 'expired']).optional(),
};

const user = z.strictObject({
  ...person,
  role: z.enum(['office-administrator', 'user-administrator', 'general-user']).optional(),
  send: transactions.optional(),
  receive: transactions.optional(),
});

const partner = z.strictObject({
  id: z.string(),
  name,
  submitterId: z.string(),
  authentication: z.enum(['password', 'public-key', 'either', 'both']).optional(),
  allowedNetworks: z.array(z.string()).optional(),
  send: transactions.optional(),
  receive: transactions.optional(),
  /** Keys of its profile (docs/partner-profile.md); one with nothing falls back to what holds for everyone. */
  profile: z.record(z.string(), z.union([z.string(), z.int(), z.null()])).optional(),
  users: z.array(user).optional(),
});

/** A user of no trading partner has no office, and so neither role nor rights in one. */
const userOfNone = z.strictObject(person);

const provisioning = z.strictObject({
  partners: z.array(partner).default([]),
  users: z.array(userOfNone).optional(),
});

export type Provisioning = z.infer<typeof provisioning>;
export type ProvisionedPartner = z.infer<typeof partner>;
export type ProvisionedUser = z.infer<typeof user>;
export type ProvisionedUserOfNone = z.infer<typeof userOfNone>;

/** Where in the file something stands, by keys and indexes. */
export type Place = readonly (string | number)[];

export interface ProvisioningProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export type ReadProvisioning =
  | {
      readonly kind: 'ok';
      readonly value: Provisioning;
      /** @returns the line of a place, or of the nearest thing around it */
      lineOf(place: Place): number;
    }
  | { readonly kind: 'refused'; readonly problems: readonly ProvisioningProblem[] };

/** Reads the file's text. Never throws for what someone wrote. */
export function readProvisioning(text: string): ReadProvisioning {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [wrong] = document.errors;
  if (wrong !== undefined) {
    const { line } = lines.linePos(wrong.pos[0]);
    const [sentence = ''] = wrong.message.split('\n');
    return {
      kind: 'refused',
      problems: [{ line, message: `It is not valid YAML: ${sentence.replace(/ at line.*/, '.')}` }],
    };
  }
  const lineOf = (place: Place): number => {
    for (let length = place.length; length > 0; length -= 1) {
      const node: unknown = document.getIn(place.slice(0, length), true);
      const start = rangeOf(node);
      if (start !== undefined) return lines.linePos(start).line;
    }
    return 1;
  };
  const parsed = provisioning.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
  if (parsed.success) return { kind: 'ok', value: parsed.data, lineOf };
  const problems = parsed.error.issues.map((issue) => {
    const place = issue.path.filter((part): part is string | number => typeof part !== 'symbol');
    return { line: lineOf(place), message: `${place.join('.') || 'the file'}: ${sentenceOf(issue)}` };
  });
  return { kind: 'refused', problems };
}

function rangeOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  return Array.isArray(node.range) ? Number(node.range[0]) : undefined;
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') {
    // 0042 is the number 42 to YAML: guessing would make another id of it.
    const quotes = /received (?:number|boolean|null)/.test(issue.message) ? ' Put it in quotes.' : '';
    return `${issue.message}.${quotes}`;
  }
  const inOffice = issue.keys.some((key) => ['role', 'send', 'receive'].includes(key));
  if (inOffice && issue.path[0] === 'users')
    return `there is no ${issue.keys.join(', ')} here: a user of no trading partner has no office. Who runs the gateway has administrator: true.`;
  const isSecret = issue.keys.some((key) => /password|account|key|secret/i.test(key));
  return isSecret
    ? `there is no ${issue.keys.join(', ')} here: passwords, keys and SFTP accounts come from their users alone, through the portal.`
    : `there is no ${issue.keys.join(', ')} here.`;
}
