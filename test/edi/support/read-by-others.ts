import { X12Parser } from 'node-x12';
import { X12parser } from 'x12-parser';

/** The sets of an interchange as node-x12 reads them, one line a segment; it throws at wrong counts and numbers. */
export function setsByNodeX12(text: string): string[][] {
  const interchange = new X12Parser(true).parse(text);
  if (!('functionalGroups' in interchange)) return [];
  const { elementDelimiter } = interchange;
  const line = (segment: { tag: string; elements: { value: string }[] }): string =>
    [segment.tag, ...segment.elements.map(({ value }) => value)].join(elementDelimiter);
  return interchange.functionalGroups.flatMap(({ transactions }) =>
    transactions.map(({ header, segments, trailer }) => [header, ...segments, trailer].map(line)),
  );
}

/** All segments of an interchange as x12-parser reads them: the id, and the elements that are no composites. */
export async function segmentsByX12Parser(text: string): Promise<Record<string, string>[]> {
  const parser = new X12parser();
  const segments: Record<string, string>[] = [];
  parser.on('data', (segment: Record<string, string>) => segments.push(segment));
  const done = new Promise((resolve, reject) => parser.once('end', resolve).once('error', reject));
  parser.end(Buffer.from(text, 'latin1'));
  await done;
  return segments;
}
