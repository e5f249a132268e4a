// `claimgate edi validate`: what is wrong with X12 files, segment by segment.

import type { CommandModule } from 'yargs';
import type { FileResult } from '../edi/file-result.ts';
import { createGuideLibrary } from '../edi/guide-library.ts';
import { painterFor } from './colour.ts';
import { readExcerpts } from './edi-excerpts.ts';
import { exitCodeOf, validateHandle, withFile } from './edi-file.ts';
import { type ProfileOptions, profileOf, profileOptions } from './edi-profile-options.ts';
import { printFileReport } from './edi-report.ts';
import type { GlobalOptions } from './global-options.ts';
import { createOutput } from './output.ts';

interface ValidateOptions extends ProfileOptions {
  readonly files: readonly string[];
}

export const validateVerb: CommandModule<GlobalOptions, ValidateOptions> = {
  command: 'validate <files..>',
  describe: 'Say what is wrong with X12 files; exit 0 accepted, 1 rejected, 2 unreadable',
  builder: (yargs) =>
    yargs
      .positional('files', { type: 'string', array: true, demandOption: true, describe: 'Files to read' })
      .options(profileOptions)
      .example('$0 edi validate claims.x12', '')
      .example('$0 edi validate --profile strict claims.x12', 'what is only told by default rejects')
      .example('$0 edi validate --json claims/*.x12', 'for programs'),
  handler: async (options) => {
    const library = createGuideLibrary();
    const profile = await profileOf(options);
    const paint = painterFor(process.stdout, process.env);
    const results: { readonly path: string; readonly result: FileResult; readonly report: string }[] = [];
    for (const path of options.files)
      results.push(
        await withFile(path, async (handle) => {
          const result = await validateHandle({ library, profile }, { path, handle });
          const report = options.json
            ? ''
            : printFileReport(path, result, { paint, excerpts: await readExcerpts(handle, result) });
          return { path, result, report };
        }),
      );
    createOutput(options).result(
      results.map(({ path, result }) => ({ file: path, ...result })),
      () => results.map(({ report }) => report).join('\n'),
    );
    process.exitCode = Math.max(...results.map(({ result }) => exitCodeOf(result)));
  },
};
