// The commands that the documents show: in their blocks, a line each, and in the middle of sentences.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every document that people read. */
export const documents: readonly string[] = [
  ...['README.md', 'SECURITY.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'],
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export const readDocument = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

/** @returns the lines of a document that stand in it as indented blocks, without what is fenced */
export function blockLines(document: string): readonly string[] {
  let fenced = false;
  return readDocument(document)
    .split('\n')
    .filter((line) => {
      if (line.startsWith('```')) fenced = !fenced;
      return !fenced && /^ {4}\S/.test(line);
    })
    .map((line) => line.slice(4));
}

const ours = /^(?:sudo (?:-u claimgate )?)?(?:claimgate|npm run -s claimgate --) (.*?)(?: {2,}.*)?$/;

/** @returns the words after `claimgate` of each line of a document's blocks that runs it, in their order */
export function blockCommands(document: string): readonly string[] {
  return blockLines(document).flatMap((line) => ours.exec(line)?.[1] ?? []);
}

/** @returns the words after `claimgate` wherever it is named in the middle of a sentence, each once */
export function inlineCommands(document: string): readonly string[] {
  const text = readDocument(document).replace(/^```[\s\S]*?^```/gm, '');
  return [
    ...new Set(
      [...text.matchAll(/`claimgate\s([^`]+)`/g)].map(([, words = '']) => words.replace(/\s+/g, ' ')),
    ),
  ];
}

/** A list of verbs names alternatives, and leaves open what comes after: `partner add|list|show`. */
export const namesAlternatives = (shown: string): boolean =>
  /[a-z]\|[a-z]|FILE\||^\.\.\.|\.\.\.$/.test(shown);

/** @returns one command line for each of the alternatives that stand at the end: `partner add`, `partner list` */
export function alternativesOf(shown: string): readonly string[] {
  const parts = shown.split(' ');
  const at = parts.findIndex((part) => part.includes('|'));
  return (parts[at] ?? '')
    .split('|')
    .filter((verb) => /^[a-z-]+$/.test(verb))
    .map((verb) => [...parts.slice(0, at), verb].join(' '));
}
