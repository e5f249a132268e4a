// The keys of a partner profile as a page: what `claimgate partner profile reference` prints and docs/partner-profile.md
// holds.

import { profileKeys } from '../domain/partner-profile.ts';

const introduction = `# Partner profile

Printed by \`claimgate partner profile reference\`; a test fails when this page is stale.

What is agreed with one trading partner beyond the settings that hold for everyone (docs/config.md). What is not set falls
back to them.

    claimgate partner profile show carolina-clinic [--json]
    claimgate partner profile set carolina-clinic usage=test split=on severities=claim.balance:reject
    claimgate partner profile set carolina-clinic usage=            # falls back again

\`show\` says of every key where its value comes from: \`partner\` or \`everyone\`. Nothing is set unless all of it can be;
setting the same again changes nothing. A change is one transaction with its event (\`partner.profile-changed\`) and its
audit record (\`partner.profile\`). It counts from the next file on, in a running gateway too: profiles are read anew for
each file.`;

const places = `## Where each key counts

- **Identifiers, usage, severities, TA1 policy** are asked while a file is validated; the 999 or TA1 says what was wrong.
- **Names, size and files per hour** are asked when a file is opened for writing, by SFTP and in the portal: the refusal
  says why. A name is asked again when a held file is renamed to its final one. A file that a program dropped into
  \`inbound\` under a name that is not agreed on, or too large, goes to quarantine with a report; how many of those come is
  not limited.
- **A file from the back end** must be for the partner: each ISA07/ISA08 must be one of \`senders\` (docs/backend.md).
- **Names that we give** have what stands for the words cleaned of anything but letters, digits and \`._-\`. \`{stem}\` is
  \`{name}\` without its last ending, \`{control}\` the control number, \`{transaction}\` such as 999 or 835. A name that is
  taken in \`outbound\` gets the dispatch's id added.`;

/** @returns Markdown with every key, what it means, its default and an example */
export function printProfileReference(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = Object.entries(profileKeys).map(
    ([name, { meaning, fallback, example }]) =>
      `| \`${name}\` | ${cell(meaning)} | ${cell(fallback)} | \`${cell(example)}\` |`,
  );
  const table = ['| key | meaning | while it is not set | example |', '|---|---|---|---|', ...rows];
  return `${[introduction, '', '## Keys', '', ...table, '', places].join('\n')}\n`;
}
