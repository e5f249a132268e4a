// Names by a pattern that is agreed with a partner (docs/partner-profile.md). What stands for a word is cleaned, since a
// file name or a control number may come from anyone.

import type { PatternWord } from '../domain/profile-value.ts';
import { type EntryName, isTemporaryName, parseEntryName } from '../domain/virtual-path.ts';
import { localClock } from './local-clock.ts';

/** What one word may stand for at most, in characters. */
const maxWordLength = 80;
/** Leaves room for what makes a name unique. */
const maxNameLength = 200;

export interface NameFacts {
  readonly partner: string;
  /** Such as 835 or 999. */
  readonly transaction: string;
  readonly control: string;
  /** As the file was called that it answers, or where it came from. */
  readonly name: string;
  readonly atMs: number;
  readonly timeZone: string;
}

/** @returns the name that a pattern makes; undefined when it makes none that a mailbox can hold and show */
export function nameByPattern(pattern: string, facts: NameFacts): EntryName | undefined {
  const { date, time } = localClock(facts.atMs, facts.timeZone);
  const words: Readonly<Record<PatternWord, string>> = {
    partner: facts.partner,
    transaction: facts.transaction,
    control: facts.control,
    name: facts.name,
    stem: facts.name.replace(/(?!^)\.[^.]*$/, ''),
    date,
    time,
  };
  const filled = pattern.replace(/\{(\w+)\}/g, (_, word: string) => clean(words[word as PatternWord] ?? ''));
  const name = parseEntryName(filled.slice(0, maxNameLength));
  return name === undefined || isTemporaryName(name) ? undefined : name;
}

const clean = (text: string): string => text.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, maxWordLength);
