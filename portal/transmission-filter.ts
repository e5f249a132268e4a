// What a person asks of the list of transmissions: read once from the address, and written back into the links of the
// next page and of the CSV.

import { parseTransmissionId } from '../domain/ids.ts';
import type { Verdict } from '../domain/transmission.ts';
import type { ListPosition, TransmissionFilter } from '../storage/transmission-search.ts';
import { parseDay } from './day.ts';
import type { FieldError, Fields } from './form.ts';
import type { PortalSettings } from './portal-settings.ts';
import { stateFilters, verdictWords } from './transmission-words.ts';

/** The fields of the filter, as they stand in the form and in the address. */
export const filterFields = [
  'from',
  'to',
  'state',
  'verdict',
  'name',
  'transaction',
  'number',
  'user',
] as const;
type FilterField = (typeof filterFields)[number];
export type FilterTexts = Readonly<Record<FilterField, string>>;

export interface ReadFilter {
  readonly texts: FilterTexts;
  readonly filter: TransmissionFilter;
  readonly after: ListPosition | undefined;
  readonly errors: readonly FieldError[];
}

/** Longer than any name, number or id that there can be. */
const textMax = 255;

/** Reads the filter. What cannot be is told and left out of it. */
export function readFilter(query: Fields, settings: Pick<PortalSettings, 'timeZone'>): ReadFilter {
  const text = (field: FilterField): string => query(field).trim().slice(0, textMax);
  const texts = Object.fromEntries(filterFields.map((field) => [field, text(field)])) as FilterTexts;
  const errors: FieldError[] = [];
  const day = (field: 'from' | 'to') => {
    if (texts[field] === '') return undefined;
    const found = parseDay(texts[field], settings.timeZone ?? 'UTC');
    if (found === undefined)
      errors.push({ field, text: 'Enter a date as year, month and day, such as 2026-11-21.' });
    return found;
  };
  const from = day('from');
  const to = day('to');
  if (from !== undefined && to !== undefined && from.startMs >= to.endMs)
    errors.push({ field: 'to', text: 'The last day is before the first. Change one of them.' });
  const orNone = (value: string): string | undefined => (value === '' ? undefined : value);
  return {
    texts,
    errors,
    after: readPosition(query('after')),
    filter: {
      fromMs: from?.startMs,
      beforeMs: to?.endMs,
      states: stateFilters.find(({ key }) => key === texts.state)?.states,
      verdict: verdictOf(texts.verdict),
      name: orNone(texts.name),
      transaction: orNone(texts.transaction),
      controlNumber: orNone(texts.number),
      userId: orNone(texts.user.toLowerCase()),
    },
  };
}

function verdictOf(text: string): Verdict | undefined {
  return (Object.keys(verdictWords) as Verdict[]).find((verdict) => verdict === text);
}

function readPosition(text: string): ListPosition | undefined {
  const [, openedAt = '', idText = ''] = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(text) ?? [];
  const id = parseTransmissionId(idText);
  return id.kind === 'ok' ? { openedAtMs: Number(openedAt), id: id.id } : undefined;
}

/** The filter as the query of an address, beginning with `?`; empty when nothing is asked for. */
export function printFilter(texts: FilterTexts, after?: ListPosition): string {
  const query = new URLSearchParams();
  for (const field of filterFields) if (texts[field] !== '') query.set(field, texts[field]);
  if (after !== undefined) query.set('after', `${after.openedAtMs}.${after.id}`);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
