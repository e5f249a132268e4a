// Which identity passwords are taken. Presets follow the state identity systems: `ncid-classic` and `myncid` ask for
// four of five character classes and refuse names, common words and sequences; `nist` follows SP 800-63B-4 section
// 3.1.1.2, which asks for length and a blocklist and forbids composition rules. Every refusal says its reason.

import { commonWords } from './common-words.ts';

export type PasswordPolicyName = 'ncid-classic' | 'myncid' | 'nist';

interface PasswordPolicy {
  readonly minCharacters: number;
  readonly maxCharacters: number;
  /** How many of the five classes: upper, lower, digit, symbol, other language. */
  readonly minClasses: number;
  /** Whether a common word or sequence may not even be a part of the password, or only not be all of it. */
  readonly partsCount: boolean;
}

const policies: Readonly<Record<PasswordPolicyName, PasswordPolicy>> = {
  'ncid-classic': { minCharacters: 8, maxCharacters: 64, minClasses: 4, partsCount: true },
  myncid: { minCharacters: 14, maxCharacters: 64, minClasses: 4, partsCount: true },
  nist: { minCharacters: 15, maxCharacters: 128, minClasses: 0, partsCount: false },
};

/** What the policy asks, as sentences for the page that asks for a new password. */
export function describePasswordPolicy(name: PasswordPolicyName): readonly string[] {
  const policy = policies[name];
  const sentences = [
    `Use ${policy.minCharacters} to ${policy.maxCharacters} characters. Capital and small letters differ.`,
  ];
  if (policy.minClasses > 0) {
    sentences.push(
      `Use at least ${policy.minClasses} of these 5 kinds: capital letters, small letters, digits, symbols, letters of other languages.`,
    );
  }
  sentences.push(
    policy.partsCount
      ? 'Do not use your name, your user id, a common word (such as "password") or a sequence (such as "ABC", "AAA" or "123"), not even as a part.'
      : 'Do not use a password that many people use, or your user id.',
    'Do not use a password that you have had before.',
  );
  return sentences;
}

/**
 * One rule as a page can check it while someone types. The server judges by whyPasswordRefused alone; a test holds the
 * two together. Expressions are read with the flags `su`, over the password in NFC.
 */
export interface PasswordCheck {
  readonly text: string;
  /** What the password must match. */
  readonly needs?: string;
  /** What the password in lower case must not match. */
  readonly forbids?: string;
  /** Whether it may not contain the user id or the names. */
  readonly forbidsNames?: true;
}

/** The kinds of characters: upper, lower, digit, symbol, other language. */
const classForms = [
  '[A-Z]',
  '[a-z]',
  '[0-9]',
  '[\\u0020-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u007e]',
  '[^\\P{L}A-Za-z]',
] as const;

/** @returns an expression that matches when at least `count` of the kinds are there */
function needsClasses(count: number): string {
  const choose = (from: readonly string[], left: number): readonly string[][] => {
    if (left === 0) return [[]];
    return from.flatMap((form, at) => choose(from.slice(at + 1), left - 1).map((more) => [form, ...more]));
  };
  const ways = choose(classForms, count).map((forms) => forms.map((form) => `(?=.*${form})`).join(''));
  return `^(?:${ways.join('|')})`;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Every run that findRun finds: three letters or digits that repeat, rise or fall. */
function everyRun(): readonly string[] {
  const runs: string[] = [];
  for (const row of ['abcdefghijklmnopqrstuvwxyz', '0123456789']) {
    const letters = [...row];
    const backwards = letters.toReversed().join('');
    for (const letter of letters) runs.push(letter.repeat(3));
    for (let at = 0; at + 3 <= row.length; at += 1)
      runs.push(row.slice(at, at + 3), backwards.slice(at, at + 3));
  }
  return runs;
}

/** What a page ticks off while a new password is typed, in the order in which it is shown. */
export function passwordChecks(name: PasswordPolicyName): readonly PasswordCheck[] {
  const { minCharacters, maxCharacters, minClasses, partsCount } = policies[name];
  const length: PasswordCheck = {
    text: `${minCharacters} to ${maxCharacters} characters`,
    needs: `^.{${minCharacters},${maxCharacters}}$`,
  };
  const names: PasswordCheck = { text: 'Not your name or user id, not even as a part', forbidsNames: true };
  if (!partsCount)
    return [length, names, { text: 'Not a password that many people use (checked when you send the form)' }];
  return [
    length,
    {
      text: `At least ${minClasses} of these 5 kinds: capital letters, small letters, digits, symbols, letters of other languages`,
      needs: needsClasses(minClasses),
    },
    names,
    {
      text: 'No common word, such as "password" or "spring"',
      forbids: [...commonWords].map(escaped).join('|'),
    },
    { text: 'No sequence, such as "ABC", "AAA" or "123"', forbids: everyRun().join('|') },
  ];
}

export interface PasswordContext {
  readonly userId: string;
  readonly firstName: string;
  readonly lastName: string;
}

/**
 * Checks a new password.
 * @param input.password as typed; characters are counted as Unicode code points after NFC
 * @returns every reason against it, each a sentence; empty when it is taken
 */
export function whyPasswordRefused(input: {
  readonly policy: PasswordPolicyName;
  readonly password: string;
  readonly context: PasswordContext;
}): readonly string[] {
  const policy = policies[input.policy];
  const password = input.password.normalize('NFC');
  const characters = [...password].length;
  const why: string[] = [];
  if (characters < policy.minCharacters)
    why.push(`It has ${characters} characters; use at least ${policy.minCharacters}.`);
  if (characters > policy.maxCharacters)
    why.push(`It has ${characters} characters; use at most ${policy.maxCharacters}.`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
  if (/[\u0000-\u001f\u007f]/.test(password))
    why.push('It contains a control character, which no keyboard types reliably.');
  const classes = countClasses(password);
  if (classes < policy.minClasses) {
    why.push(`It has ${classes} of the 5 kinds of characters; use at least ${policy.minClasses}.`);
  }
  why.push(...whyGuessable(password.toLowerCase(), policy, input.context));
  return why;
}

function countClasses(password: string): number {
  return classForms.filter((form) => new RegExp(form, 'u').test(password)).length;
}

function whyGuessable(lower: string, policy: PasswordPolicy, context: PasswordContext): readonly string[] {
  const why: string[] = [];
  const names = [context.userId, context.firstName, context.lastName]
    .map((name) => name.toLowerCase())
    .filter((name) => [...name].length >= 3);
  if (names.some((name) => lower.includes(name))) why.push('It contains your name or user id.');
  if (!policy.partsCount) {
    if (commonWords.has(lower.replace(/[^a-z]/g, ''))) why.push('It is a password that many people use.');
    return why;
  }
  const word = [...commonWords].find((common) => lower.includes(common));
  if (word !== undefined) why.push(`It contains "${word}", which many people use.`);
  const run = findRun(lower);
  if (run !== undefined) why.push(`It contains the sequence "${run}".`);
  return why;
}

/** Finds three letters or digits that repeat, rise or fall by one: `aaa`, `abc`, `321`. */
function findRun(lower: string): string | undefined {
  for (let index = 0; index + 3 <= lower.length; index += 1) {
    const run = lower.slice(index, index + 3);
    if (!/^(?:[a-z]{3}|[0-9]{3})$/.test(run)) continue;
    const first = run.charCodeAt(1) - run.charCodeAt(0);
    const second = run.charCodeAt(2) - run.charCodeAt(1);
    if (first === second && Math.abs(first) <= 1) return run;
  }
  return undefined;
}
