// A trading partner's submitter id (TSN): what stands in ISA06 and GS02 of its files.

/** X12 data element I06 is AN 15/15: what is compared is ISA06 without its padding. */
const form = /^[\x21-\x7e][\x20-\x7e]{0,14}$/;

/** @returns the id without spaces around it; undefined when no file could carry it */
export function parseSubmitterId(text: string): string | undefined {
  const id = text.trim();
  return form.test(id) ? id : undefined;
}
