// What has been agreed with one trading partner beyond the settings of the gateway: the keys, what each means, and the one
// door by which a value comes in. A key that is not set falls back to what holds for everyone.

import {
  countOf,
  delimiterSet,
  identifierList,
  inboundNameList,
  type KeyParser,
  namePattern,
  oneOf,
  onOrOff,
  severityMap,
  timeZone,
} from './profile-value.ts';

interface ProfileKey<Value> {
  /** A sentence for the table of docs/partner-profile.md and `--help`. */
  readonly meaning: string;
  /** What holds while it is not set: the name of a setting, or a sentence. */
  readonly fallback: string;
  readonly example: string;
  readonly parse: KeyParser<Value>;
}

const key = <Value>(row: ProfileKey<Value>): ProfileKey<Value> => row;
const identifiers = (meaning: string, fallback: string, example: string) =>
  key({ meaning, fallback, example, parse: identifierList });
const onOff = (meaning: string, fallback: string) =>
  key({ meaning, fallback, example: 'on', parse: onOrOff });

/** Every key, in the order in which people read them. */
export const profileKeys = {
  senders: identifiers(
    'Who may stand in ISA05/ISA06 of what the partner sends, and in ISA07/ISA08 of what it is sent: ids, or qualifier/id. Others get TA1 006.',
    'the submitter id (`intake.checkSenderId`)',
    'ZZ/TSN0042,TSN0043',
  ),
  receivers: identifiers(
    'Who we may be called in ISA07/ISA08: ids, or qualifier/id. Others get TA1 009.',
    '`intake.receiverIds`',
    'ZZ/GATEWAY',
  ),
  groupSenders: identifiers('What may stand in GS02. Others get TA1 024.', 'anything', 'TSN0042'),
  groupReceivers: identifiers('What may stand in GS03. Others get TA1 024.', 'anything', 'GATEWAY'),
  usage: key({
    meaning:
      'Which ISA15 is taken from the partner and sent to it: `both`, `test` or `production`. The other one gets TA1 020, or is refused.',
    fallback: '`both`',
    example: 'test',
    parse: oneOf(['both', 'test', 'production']),
  }),
  testReleases: key({
    meaning:
      'Where accepted test files (ISA15 T) go: `accepted` beside the others, or `test`, into `backend/test/<partner>/`. With `test`, T in one file with P gets TA1 020.',
    fallback: '`accepted`',
    example: 'test',
    parse: oneOf(['accepted', 'test']),
  }),
  ta1Policy: key({
    meaning: 'When a TA1 is sent: `never`, `requested`, `requested-and-errors` or `always`.',
    fallback: '`intake.ta1Policy`',
    example: 'always',
    parse: oneOf(['never', 'requested', 'requested-and-errors', 'always']),
  }),
  validation: key({
    meaning: 'How severe findings are judged: `default` or `strict`.',
    fallback: '`intake.validation`',
    example: 'strict',
    parse: oneOf(['default', 'strict']),
  }),
  severities: key({
    meaning:
      'Single rules (docs/edi-rules.md), with commas, as rule:severity; severity is `reject`, `accept-with-error`, `report` or `off`.',
    fallback: 'the profile that `validation` names',
    example: 'claim.balance:accept-with-error',
    parse: severityMap(/^[a-z][a-z0-9.-]*$/),
  }),
  snipSeverities: key({
    meaning: 'All rules of a SNIP type from 1 to 7, as type:severity.',
    fallback: 'the profile that `validation` names',
    example: '7:report',
    parse: severityMap(/^[1-7]$/),
  }),
  guideAliases: onOff(
    'Whether other addenda of a guide are read by the guide in force.',
    '`intake.guideAliases`',
  ),
  duplicateWindowDays: key({
    meaning:
      'How long an interchange control number, or a file from the back end, counts as a duplicate, in days.',
    fallback: '`intake.duplicateWindowMs`',
    example: '30',
    parse: countOf({ unit: 'days', max: 3650 }),
  }),
  inboundNames: key({
    meaning: 'What file names are taken, with commas; `*` stands for anything, case does not matter.',
    fallback: 'any name',
    example: '*.x12,*.837',
    parse: inboundNameList,
  }),
  maxFileBytes: key({
    meaning: 'The largest file that the partner may send, in bytes; never more than the setting.',
    fallback: '`storage.maxFileBytes`',
    example: '52428800',
    parse: countOf({ unit: 'bytes', max: Number.MAX_SAFE_INTEGER }),
  }),
  filesPerHour: key({
    meaning: 'How many files the partner may send by SFTP and the portal within any hour.',
    fallback: 'no limit',
    example: '600',
    parse: countOf({ unit: 'files', max: 1_000_000 }),
  }),
  acknowledgementName: key({
    meaning:
      'Names of our 999s, TA1s and reports in `outbound`: {partner} {transaction} {control} {date} {time} {name} {stem}; it needs {control}.',
    fallback: '`{name}.{control}.999` (`.ta1`, `.rejected.txt`)',
    example: '{date}-{stem}-{control}.{transaction}',
    parse: namePattern(['control']),
  }),
  dispatchName: key({
    meaning: 'Names of what the back end sends, with the same words.',
    fallback: '`{name}`: as the back end named it',
    example: '{transaction}_{date}_{control}.x12',
    parse: namePattern([]),
  }),
  otherFiles: onOff('Whether the back end may send files that are not X12.', '`off`: they are refused'),
  delimiters: key({
    meaning: 'What we write between elements, repetitions, components and segments: four characters.',
    fallback: 'those of the file that is answered',
    example: '*^:~',
    parse: delimiterSet,
  }),
  lineBreaks: key({
    meaning: 'What we write after each segment: `none`, `lf` or `crlf`.',
    fallback: '`none`',
    example: 'crlf',
    parse: oneOf(['none', 'lf', 'crlf']),
  }),
  timeZone: key({
    meaning:
      'The time zone of dates in names, in ISA09/ISA10 and GS04/GS05 of what we write, and in messages.',
    fallback: '`UTC`',
    example: 'America/New_York',
    parse: timeZone,
  }),
  split: onOff(
    'Whether a partly accepted file is released as one with the accepted sets alone.',
    '`off`: the whole file, and the manifest says what was accepted',
  ),
  activityReport: onOff('Whether a report of each day is put into `outbound`.', '`off`'),
  broadcasts: onOff('Whether `claimgate broadcast` reaches the mailbox.', '`off`'),
} as const;

export type ProfileKeyName = keyof typeof profileKeys;

/** What is agreed with one partner; what is absent falls back. */
export type PartnerProfile = {
  readonly [Name in ProfileKeyName]?: (typeof profileKeys)[Name] extends ProfileKey<infer Value>
    ? Value
    : never;
};

/** The values as people write them, by key: what the database holds. */
export type ProfileTexts = Readonly<Partial<Record<ProfileKeyName, string>>>;

/** @returns the key of that name; undefined when there is none */
export function parseProfileKey(name: string): ProfileKeyName | undefined {
  return Object.hasOwn(profileKeys, name) ? (name as ProfileKeyName) : undefined;
}

/** Characters of one value: fifty names of files, or a severity for each rule, are half of it. */
export const profileValueMax = 10_000;

/**
 * Reads one value as an administrator writes it, by whatever way it comes in.
 * @param isRule whether the engine has a rule of this id: a severity of none would do nothing, and nobody would know
 * @returns the text in its one form, or why it cannot be one
 */
export function parseProfileValue(
  name: ProfileKeyName,
  text: string,
  isRule: (id: string) => boolean,
): { readonly kind: 'ok'; readonly text: string } | { readonly kind: 'invalid'; readonly why: string } {
  if (text.length > profileValueMax)
    return { kind: 'invalid', why: `it has at most ${profileValueMax} characters` };
  const parsed = profileKeys[name].parse(text.trim());
  if (parsed.kind === 'invalid') return parsed;
  const rules = name === 'severities' ? parsed.text.split(',').map((part) => part.split(':')[0] ?? '') : [];
  const unknown = rules.find((rule) => !isRule(rule));
  return unknown === undefined
    ? { kind: 'ok', text: parsed.text }
    : { kind: 'invalid', why: `there is no rule "${unknown}" (docs/edi-rules.md)` };
}

/**
 * @param texts by key; a key that this version does not know is left out
 * @throws Error when a value was not written by Claimgate: a partner's files are not judged by half of what was agreed
 */
export function profileOf(texts: Readonly<Record<string, string>>): PartnerProfile {
  const entries = Object.entries(texts).flatMap(([name, text]) => {
    const known = parseProfileKey(name);
    if (known === undefined) return [];
    const parsed = profileKeys[known].parse(text);
    if (parsed.kind === 'invalid')
      throw new Error(`A partner profile holds ${name}=${JSON.stringify(text)}.`);
    return [[known, parsed.value] as const];
  });
  return Object.fromEntries(entries) as PartnerProfile;
}
