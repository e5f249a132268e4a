import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The shared corpus of other people's files; undefined where it is not at hand. It is never part of this repository. */
export function corpusFolder(): string | undefined {
  const folder = path.join(process.env['CLAIMGATE_SHARED'] ?? path.join(ROOT, '..', 'shared'), 'corpus');
  return existsSync(folder) ? folder : undefined;
}

export type CorpusFile = { readonly name: string; readonly bytes: Uint8Array };

/** Every file below the corpus but lists and the project's own fixtures. */
export function corpusFiles(folder: string): CorpusFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.tsv'))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort()
    .map((file) => ({ name: path.relative(folder, file), bytes: readFileSync(file) }));
}
