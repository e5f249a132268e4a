// `npm run bench -- NAME [--json]`: measures the built product against its peer in the same run. With --json it prints
// one JSON line a measurement: name, unit, ours, peer, peerName, ratio (ours/peer), runs.

import { parseArgs } from 'node:util';
import { benchApply } from './apply.mjs';
import { benchDashboard } from './dashboard.mjs';
import { benchEdi } from './edi.mjs';
import { benchGuard } from './guard.mjs';
import { benchHooks } from './hooks.mjs';
import { benchIntake } from './intake.mjs';
import { benchPortal } from './portal.mjs';
import { createReport } from './report.mjs';
import { benchSftp } from './sftp.mjs';

const benches = new Map([
  ['sftp', benchSftp],
  ['edi', benchEdi],
  ['intake', benchIntake],
  ['portal', benchPortal],
  ['dashboard', benchDashboard],
  ['apply', benchApply],
  ['guard', benchGuard],
  ['hooks', benchHooks],
]);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    'size-mib': { type: 'string' },
    count: { type: 'string' },
    cipher: { type: 'string' },
    quick: { type: 'boolean', default: false },
    roles: { type: 'string', default: 'sftp' },
    workers: { type: 'string' },
    only: { type: 'string' },
    peers: { type: 'string', default: 'openssh,rclone' },
    'node-options': { type: 'string' },
  },
});
const bench = benches.get(positionals[0] ?? '');
if (bench === undefined) {
  console.error(
    `bench: name one of: ${[...benches.keys()].join(', ')}. For example: npm run bench -- sftp --json`,
  );
  process.exit(2);
}
await bench({
  report: createReport({ json: values.json }),
  json: values.json,
  quick: values.quick,
  runs: Number(values.runs),
  sizeMib: values['size-mib'] === undefined ? undefined : Number(values['size-mib']),
  count: values.count === undefined ? undefined : Number(values.count),
  cipher: values.cipher,
  roles: values.roles.split(','),
  workers: values.workers === undefined ? undefined : Number(values.workers),
  only: values.only,
  peers: values.peers.split(',').filter((name) => name !== ''),
  nodeOptions: values['node-options']?.split(' ') ?? [],
});
