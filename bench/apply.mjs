// How long `claimgate apply` takes for a thousand trading partners with five thousand users: into an empty directory, the
// same file again, which changes nothing, and with one user more. The command is run as a person runs it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './page-times.mjs';

const usersOfPartner = 5;

/** @param options.count trading partners, each with five users */
export async function benchApply({ report, quick, count = quick ? 100 : 1000 }) {
  const root = mkdtempSync(join(tmpdir(), 'claimgate-bench-'));
  try {
    const configFile = join(root, 'claimgate.yaml');
    writeFileSync(configFile, JSON.stringify({ dataDirectory: join(root, 'data') }));
    const file = join(root, 'partners.yaml');
    const apply = async (name, lastUsers) => {
      writeFileSync(file, fileOf(count, lastUsers));
      const startedAt = performance.now();
      await runCommand(configFile, ['apply', '-f', file]);
      const seconds = (performance.now() - startedAt) / 1000;
      report.measured({ name: `apply ${name}`, unit: 's', ours: [seconds], peer: [] });
    };
    await apply(`${count} partners, ${count * usersOfPartner} users`, usersOfPartner);
    await apply('the same again', usersOfPartner);
    await apply('one user more', usersOfPartner + 1);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** @param lastUsers how many users the last trading partner has */
function fileOf(count, lastUsers) {
  const partners = Array.from({ length: count }, (_, at) => ({
    id: `clinic-${at}`,
    name: `Clinic ${at}`,
    submitterId: `TSN${at}`,
    authentication: 'both',
    send: ['837P', '837I'],
    receive: 'all',
    users: Array.from({ length: at === count - 1 ? lastUsers : usersOfPartner }, (_, user) => ({
      id: `user-${at}-${user}`,
      firstName: 'Jo',
      lastName: `Doe ${user}`,
      email: `user-${user}@clinic-${at}.example`,
      role: user === 0 ? 'office-administrator' : 'general-user',
      status: 'active',
      send: ['837P'],
      receive: 'all',
    })),
  }));
  return JSON.stringify({ partners });
}
