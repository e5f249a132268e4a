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

const help = `npm run bench -- NAME [options]: measures the built product, where there are peers against them in the same run.

NAME is one of ${[...benches.keys()].join(', ')}.

  --json               one JSON line a measurement
  --quick              small sizes: whether it runs, not how fast
sftp, guard, intake, hooks:
  --runs N             how often each is measured; told are medians (3)
sftp, intake, hooks:
  --node-options LIST  further options for the gateway's Node, in one word with spaces
sftp:
  --only EXPRESSION    the scenes whose names it finds, such as 'files of|looks'; a get needs its put beside it
  --peers LIST         of openssh, rclone, bare and durable, with commas (openssh,rclone)
  --cipher NAME        that one alone
  --size-mib N         of the large file (1024)
  --workers N          SFTP workers of the gateway
  --roles LIST         what the gateway does beside, with commas (sftp)
dashboard, portal:
  --count N            transmissions in its journal
  --only EXPRESSION    as above

For example:
  npm run bench -- sftp --cipher aes128-gcm@openssh.com --only 'files of' --runs 5 --peers openssh,durable
  npm run bench -- guard --runs 3 --json`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h', default: false },
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
if (values.help) {
  console.log(help);
  process.exit(0);
}
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
