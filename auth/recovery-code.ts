// Recovery codes: ten codes on paper, each good once, for someone whose device is lost.

/** Crockford's base32: no I, L, O or U, which are misread. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeCount = 10;
/** 50 random bits: with the throttle in front and a keyed hash behind, more than enough (SP 800-63B-4 section 3.1.2). */
const codeCharacters = 10;

/** @returns ten codes as they are printed: `7H2KM-Q9R4T` */
export function newRecoveryCodes(randomBytes: (count: number) => Uint8Array): readonly string[] {
  return Array.from({ length: codeCount }, () => {
    // 256 is a multiple of 32: every letter is as likely as every other.
    const letters = Array.from(randomBytes(codeCharacters), (byte) => alphabet[byte % 32] ?? '').join('');
    return `${letters.slice(0, 5)}-${letters.slice(5)}`;
  });
}

/**
 * Reads a code as typed: in any case, with or without its hyphen, with the letters that are misread.
 * @returns its one form, or undefined when it cannot be a code
 */
export function readRecoveryCode(text: string): string | undefined {
  const letters = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return letters.length === codeCharacters && [...letters].every((letter) => alphabet.includes(letter))
    ? letters
    : undefined;
}
