// How the values of a partner profile are written, and read. Each parser takes what an administrator typed, without
// blanks around it, and gives the value, and the one form in which it is kept and compared.

export type Parsed<Value> =
  | { readonly kind: 'ok'; readonly value: Value; readonly text: string }
  | { readonly kind: 'invalid'; readonly why: string };

export type KeyParser<Value> = (text: string) => Parsed<Value>;

const invalid = (why: string) => ({ kind: 'invalid', why }) as const;

/** The parts between commas, without blanks, each once. */
const listOf = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
];

/** Takes one of some words. */
export function oneOf<const Word extends string>(words: readonly Word[]): KeyParser<Word> {
  return (text) => {
    const found = words.find((word) => word === text.toLowerCase());
    return found === undefined
      ? invalid(`it is one of ${words.join(', ')}`)
      : { kind: 'ok', value: found, text: found };
  };
}

/** Takes `on` or `off`. */
export const onOrOff: KeyParser<boolean> = (text) => {
  const parsed = oneOf(['on', 'off'])(text);
  return parsed.kind === 'ok' ? { ...parsed, value: parsed.value === 'on' } : parsed;
};

/** Takes a whole number from 1 on. */
export function countOf(input: { readonly unit: string; readonly max: number }): KeyParser<number> {
  return (text) => {
    const value = Number(text);
    return /^\d{1,16}$/.test(text) && value >= 1 && value <= input.max
      ? { kind: 'ok', value, text: String(value) }
      : invalid(`it is a whole number of ${input.unit} from 1 to ${input.max}`);
  };
}

/** More ids than any partner has. */
const maxIdentifiers = 50;
/** DE I05, ID 2/2, and DE I06, AN 15/15: an id without its padding. */
const identifierForm = /^(?:[0-9A-Z]{2}\/)?[\x21-\x2b\x2d-\x7e][\x20-\x2b\x2d-\x7e]{0,14}$/;

/** Takes X12 ids, each alone or as `qualifier/id`. */
export const identifierList: KeyParser<readonly string[]> = (text) => {
  const value = listOf(text);
  return value.length > 0 && value.length <= maxIdentifiers && value.every((id) => identifierForm.test(id))
    ? { kind: 'ok', value, text: value.join(',') }
    : invalid('it is a list of ids of 1 to 15 characters with commas between, each alone or as qualifier/id');
};

export type ProfileSeverity = 'reject' | 'accept-with-error' | 'report' | 'off';
const severity = oneOf(['reject', 'accept-with-error', 'report', 'off']);

/** Takes `name:severity` with commas between. */
export function severityMap(form: RegExp): KeyParser<Readonly<Record<string, ProfileSeverity>>> {
  return (text) => {
    const value: Record<string, ProfileSeverity> = {};
    for (const part of listOf(text)) {
      const [name = '', word = '', ...rest] = part.split(':');
      const parsed = severity(word);
      if (!form.test(name) || parsed.kind === 'invalid' || rest.length > 0)
        return invalid(
          `"${part}" is not name:severity, with a severity of reject, accept-with-error, report or off`,
        );
      value[name] = parsed.value;
    }
    const names = Object.keys(value).sort();
    return names.length === 0
      ? invalid('it names no rule')
      : { kind: 'ok', value, text: names.map((name) => `${name}:${value[name]}`).join(',') };
  };
}

export interface ProfileDelimiters {
  readonly element: string;
  readonly repetition: string;
  readonly component: string;
  readonly segment: string;
}

/** Takes four different characters that may delimit (X12.5 section 4.3): no letter, digit or blank. */
export const delimiterSet: KeyParser<ProfileDelimiters> = (text) => {
  const [element = '', repetition = '', component = '', segment = ''] = text;
  return /^[!-/:-@[-`{-~]{4}$/.test(text) && new Set(text).size === 4
    ? { kind: 'ok', value: { element, repetition, component, segment }, text }
    : invalid('it is four different signs, none a letter, digit or blank, such as *^:~');
};

/** The words of a name pattern, in braces. */
const patternWords = ['partner', 'transaction', 'control', 'date', 'time', 'name', 'stem'] as const;
export type PatternWord = (typeof patternWords)[number];

/** Leaves room for what stands for the words. */
const maxPatternBytes = 120;

/** Takes a file name with words in braces. @param needed those that it must have */
export function namePattern(needed: readonly PatternWord[]): KeyParser<string> {
  return (text) => {
    const words = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, word = '']) => word);
    const unknown = words.find((word) => !patternWords.some((known) => known === word));
    if (unknown !== undefined)
      return invalid(`there is no {${unknown}}; there are {${patternWords.join('}, {')}}`);
    const missing = needed.find((word) => !words.includes(word));
    if (missing !== undefined) return invalid(`it needs {${missing}}, so that no two names are alike`);
    return /^[A-Za-z0-9_{][A-Za-z0-9_. {}()+@=-]*$/.test(text) && text.length <= maxPatternBytes
      ? { kind: 'ok', value: text, text }
      : invalid(
          `it has up to ${maxPatternBytes} letters, digits, blanks and signs of ._-()+@= beside words in braces`,
        );
  };
}

/** Takes file names with `*` for anything. */
export const inboundNameList: KeyParser<readonly string[]> = (text) => {
  const value = listOf(text);
  return value.length > 0 &&
    value.length <= maxIdentifiers &&
    value.every((name) => /^[^/\\]{1,100}$/.test(name))
    ? { kind: 'ok', value, text: value.join(',') }
    : invalid('it is a list of names with commas between, such as *.x12,*.837');
};

/** Whether a name is one of `inboundNameList`; upper and lower case are the same. */
export function fitsNames(names: readonly string[], name: string): boolean {
  return names.some((pattern) => fits(pattern.toLowerCase(), name.toLowerCase()));
}

/** Piece by piece, each at its first place: no pattern makes it slow. */
function fits(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  if (!name.startsWith(first)) return false;
  const last = others.pop();
  if (last === undefined) return name === first;
  let at = first.length;
  for (const piece of others) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** Takes a name of the IANA time zone database. */
export const timeZone: KeyParser<string> = (text) => {
  try {
    const { timeZone: value } = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions();
    return { kind: 'ok', value, text: value };
  } catch {
    return invalid('it is a name such as America/New_York or UTC');
  }
};
