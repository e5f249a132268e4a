// Large uploads over SFTP are hashed after their CLOSE (late-digests.ts): those that are received and have no SHA-256 yet
// are looked for after every commit.

import type { Migration } from '../migration.ts';

export const lateDigests: Migration = {
  version: 20,
  name: 'late-digests',
  sql: `
create index transmissions_undigested on transmissions (id) where state = 'received' and sha256 is null;
`,
};
