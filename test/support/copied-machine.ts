// This machine as it is, to be changed without changing it: an overlay of its file system that is thrown away with the
// test. It takes an administrator of the machine to mount one; where the test is none, it is skipped, visibly.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestScope } from './test-folder.ts';

interface CopiedMachine {
  /** What was written in it, seen from the real one: its root, without what was there before. */
  readonly written: string;
  /**
   * Runs a shell script in it as root, without any network but a loopback of its own.
   * @returns the exit code, and what it wrote to both outputs
   */
  run(script: string): { readonly status: number | null; readonly said: string };
}

/** Longer than any script in it takes, in milliseconds. */
const scriptTimeoutMs = 120_000;

/** Everything is mounted for one script alone, so that nothing of this machine is mounted where a test's folder is removed. */
const enter = `
set -e
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
mount --rbind /dev "$1/root/dev"
mount -t proc proc "$1/root/proc"
mount --bind "$1/run" "$1/root/run"
# Nothing of what a test runner hands down to its children.
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot "$1/root" /bin/sh /script
`;

/**
 * Makes one below `folder`; what is written to it is held in memory.
 * @param t takes it away at its end
 * @returns undefined where this process may not
 */
export function copyMachine(t: TestScope, folder: string): CopiedMachine | undefined {
  const layers = join(folder, 'layers');
  mkdirSync(layers);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2g', 'tmpfs', layers]).status === 0;
  if (!mounted) return undefined;
  t.teardown(() => spawnSync('umount', ['-l', layers]));
  for (const name of ['upper', 'work', 'root', 'run']) mkdirSync(join(layers, name));
  const machine: CopiedMachine = {
    written: join(layers, 'upper'),
    run(script) {
      writeFileSync(join(layers, 'upper/script'), `ip link set lo up\n${script}\n`);
      const ran = spawnSync(
        'unshare',
        [
          ...['--mount', '--propagation', 'private', '--net', '--pid', '--fork', '--kill-child'],
          ...['/bin/sh', '-c', enter, 'enter', layers],
        ],
        {
          encoding: 'utf8',
          cwd: '/',
          timeout: scriptTimeoutMs,
          killSignal: 'SIGKILL',
          maxBuffer: 1 << 26,
        },
      );
      return { status: ran.status, said: `${ran.stdout ?? ''}${ran.stderr ?? ''}` };
    },
  };
  return machine.run('true').status === 0 ? machine : undefined;
}
