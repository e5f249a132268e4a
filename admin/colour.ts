// Colour on a terminal, and none anywhere else: https://no-color.org.

export type Colour = 'red' | 'yellow' | 'cyan' | 'green' | 'dim' | 'bold';

export type Painter = (colour: Colour, text: string) => string;

const codes: Readonly<Record<Colour, readonly [on: number, off: number]>> = {
  red: [31, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  green: [32, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** Paints nothing. */
export const plainPainter: Painter = (_colour, text) => text;

/** A painter for a stream: one that paints when it is a terminal and NO_COLOR is not set. */
export function painterFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Painter {
  const refused = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  if (stream.isTTY !== true || refused) return plainPainter;
  return (colour, text) => {
    const [on, off] = codes[colour];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}
