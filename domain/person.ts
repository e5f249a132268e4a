// What people tell of themselves when they register: read once, by these rules, into a shape that cannot be anything
// else. Names are kept to letters and what stands in names, so that a mail or a page that says one says nothing else.

import { parseUserId, type UserId } from './ids.ts';
import type { UserKind } from './user.ts';

/** The form as typed, every field by its name. */
export interface PersonForm {
  readonly username: string;
  readonly prefix: string;
  readonly firstName: string;
  readonly middleInitial: string;
  readonly lastName: string;
  readonly suffix: string;
  readonly businessName: string;
  readonly email: string;
  readonly emailAgain: string;
  readonly mobilePhone: string;
}

export type PersonField = keyof PersonForm;

export interface Person {
  readonly id: UserId;
  readonly kind: UserKind;
  readonly prefix: string;
  readonly firstName: string;
  readonly middleInitial: string;
  readonly lastName: string;
  readonly suffix: string;
  readonly businessName: string;
  /** In lower case. */
  readonly email: string;
  /** Digits, with a plus before them where a country was given. */
  readonly mobilePhone: string;
}

export interface PersonProblem {
  readonly field: PersonField;
  /** A sentence that says what to do. */
  readonly text: string;
}

export type ParsePersonOutcome =
  | { readonly kind: 'ok'; readonly person: Person }
  | { readonly kind: 'refused'; readonly problems: readonly PersonProblem[] };

const nameForm = /^\p{L}[\p{L}\p{M} .,'\u2019-]{0,59}$/u;
const shortNameForm = /^\p{L}[\p{L}\p{M}0-9 .]{0,19}$/u;
const businessForm = /^[\p{L}0-9][\p{L}\p{M}0-9 .,'\u2019&()#+-]{0,99}$/u;
// RFC 5321 section 4.1.2 in the forms that mail providers give out; 254 is section 4.5.3.1.3 less the brackets.
const emailForm =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;
const maxEmailCharacters = 254;

/** @returns the address in lower case, or undefined when it cannot be one */
export function parseEmail(text: string): string | undefined {
  const email = text.trim().toLowerCase();
  return email.length <= maxEmailCharacters && emailForm.test(email) ? email : undefined;
}

/** @returns digits and perhaps a plus before them (ITU-T E.164: 15 at most), or undefined when it cannot be a number */
export function parsePhone(text: string): string | undefined {
  const trimmed = text.trim();
  if (!/^\+?[0-9 ().-]{7,30}$/.test(trimmed)) return undefined;
  const digits = trimmed.replace(/[^0-9]/g, '');
  if (digits.length < 7 || digits.length > 15) return undefined;
  return `${trimmed.startsWith('+') ? '+' : ''}${digits}`;
}

const folded = (text: string): string => text.normalize('NFC').trim().replace(/\s+/g, ' ');

/**
 * Reads the form.
 * @param kind which account is registered for; a business has a name
 * @returns the person, or every problem, in the order of the form
 */
export function parsePerson(kind: UserKind, form: PersonForm): ParsePersonOutcome {
  const problems: PersonProblem[] = [];
  const blame = (field: PersonField, text: string): undefined => {
    problems.push({ field, text });
    return undefined;
  };
  const named = (field: PersonField, what: string, rule: RegExp): string => {
    const text = folded(form[field]);
    if (text === '') blame(field, `Enter your ${what}.`);
    else if (!rule.test(text))
      blame(field, `Your ${what} has something in it that names do not have, or is too long.`);
    return text;
  };
  const optional = (field: PersonField, what: string): string => {
    const text = folded(form[field]);
    if (text !== '' && !shortNameForm.test(text))
      blame(field, `The ${what} takes at most 20 letters, digits and dots.`);
    return text;
  };
  const username = parseUserId(form.username.trim());
  const id = username.kind === 'ok' ? username.id : blame('username', whyNoUsername(form.username));
  const prefix = optional('prefix', 'prefix');
  const firstName = named('firstName', 'first name', nameForm);
  const middleInitial = optional('middleInitial', 'middle initial');
  const lastName = named('lastName', 'last name', nameForm);
  const suffix = optional('suffix', 'suffix');
  const businessName = kind === 'business' ? named('businessName', 'business name', businessForm) : '';
  const email =
    parseEmail(form.email) ?? blame('email', 'Enter an e-mail address, such as name@example.org.');
  if (email !== undefined && parseEmail(form.emailAgain) !== email)
    blame('emailAgain', 'The e-mail address and its repetition differ. Enter the same address twice.');
  const mobilePhone =
    parsePhone(form.mobilePhone) ??
    blame('mobilePhone', 'Enter a phone number with its area code, such as 919-555-0100.');
  if (problems.length > 0 || id === undefined || email === undefined || mobilePhone === undefined)
    return { kind: 'refused', problems };
  const names = { prefix, firstName, middleInitial, lastName, suffix, businessName };
  return { kind: 'ok', person: { id, kind, ...names, email, mobilePhone } };
}

function whyNoUsername(text: string): string {
  return text.trim() === ''
    ? 'Enter the username that you desire.'
    : 'A username has 3 to 64 letters, digits, dots, hyphens, underscores or @, and begins with a letter or digit.';
}
