import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { openCommandHook } from '../../hooks/command-hook.ts';
import { type ProgramSettings, runProgram } from '../../hooks/run-program.ts';
import { createSlots } from '../../hooks/slots.ts';
import { until } from '../support/until.ts';

const settings = (script: string, more: Partial<ProgramSettings> = {}): ProgramSettings => ({
  argv: ['/bin/sh', '-c', script],
  workingDirectory: '/',
  environment: {},
  timeoutMs: 20_000,
  maxOutputBytes: 1000,
  ...more,
});
const nothing = { stdin: '', variables: {} };
const message = {
  id: 'an-id',
  type: 'partner.created',
  version: 1,
  timestamp: '2026-11-21T12:00:00.000Z',
  sequence: 1,
  data: { partnerId: 'acme' },
};
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('a command gets the event on standard input, and exit status 0 says that it has taken it', async (t) => {
  const folder = t.testdir();
  const hook = openCommandHook('pipeline', settings('cat > event.json', { workingDirectory: folder }));
  t.same(await hook.send(message, new AbortController().signal), { kind: 'taken' });
  t.same(JSON.parse(readFileSync(join(folder, 'event.json'), 'utf8')), message);
  const refusing = openCommandHook('pipeline', settings('exit 3'));
  t.match(await refusing.send(message, new AbortController().signal), {
    kind: 'failed',
    reason: 'exit status 3',
  });
});

test('a command’s environment holds what is stated and nothing of the gateway’s', async (t) => {
  process.env['CLAIMGATE_TEST_SECRET'] = 'do not tell';
  t.teardown(() => delete process.env['CLAIMGATE_TEST_SECRET']);
  const hook = openCommandHook(
    'pipeline',
    settings('env -0 > "$OUT"', {
      environment: { OUT: join(t.testdir(), 'env') },
    }),
  );
  t.same(await hook.send(message, new AbortController().signal), { kind: 'taken' });
  // The shell's own, and what tap puts into every program that a test starts.
  const others = /^(PWD|OLDPWD|SHLVL|_|NODE_OPTIONS|_TAPJS_\w+)=/;
  const found = readFileSync(join(t.testdirName, 'env'), 'utf8').split('\0').slice(0, -1);
  t.same(found.filter((variable) => !others.test(variable)).sort(), [
    'CLAIMGATE_EVENT_ID=an-id',
    'CLAIMGATE_EVENT_TYPE=partner.created',
    'CLAIMGATE_HOOK=pipeline',
    'LANG=C.UTF-8',
    `OUT=${join(t.testdirName, 'env')}`,
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ]);
});

test('arguments reach a program as they are: no shell reads them', async (t) => {
  const argv = ['/bin/echo', '$HOME; touch /tmp/x `id` "quoted"', '*'];
  t.same(await runProgram({ ...settings(''), argv }, nothing), {
    kind: 'exited',
    status: 0,
    output: '$HOME; touch /tmp/x `id` "quoted" *\n',
  });
});

test('at its limit of time a program ends, and all that it has started with it', async (t) => {
  const folder = t.testdir();
  const run = runProgram(
    settings('sleep 1000 & echo $! > child; wait', { workingDirectory: folder, timeoutMs: 1500 }),
    nothing,
  );
  const child = Number(
    await until('the child', () => {
      try {
        return readFileSync(join(folder, 'child'), 'utf8').trim() || undefined;
      } catch {
        return undefined;
      }
    }),
  );
  t.equal(isAlive(child), true);
  t.same(await run, { kind: 'failed', reason: 'no end within 1500 ms' });
  await until('the child is gone', () => !isAlive(child));
});

test('what a program leaves behind when it ends is ended too, and does not hold up the hook', async (t) => {
  const folder = t.testdir();
  const outcome = await runProgram(
    settings('sleep 1000 & echo $! > child; exit 0', { workingDirectory: folder }),
    nothing,
  );
  t.match(outcome, { kind: 'exited', status: 0 });
  const child = Number(readFileSync(join(folder, 'child'), 'utf8'));
  await until('the child is gone', () => !isAlive(child));
});

test('a program that writes without end, dies of a signal, or is not there has failed', async (t) => {
  t.same(await runProgram(settings('yes'), nothing), {
    kind: 'failed',
    reason: 'more than 1000 bytes of output',
  });
  t.same(await runProgram(settings('kill -TERM $$'), nothing), {
    kind: 'failed',
    reason: 'ended by SIGTERM',
  });
  t.same(await runProgram({ ...settings(''), argv: ['/no/such/program'] }, nothing), {
    kind: 'failed',
    reason: 'cannot be run: ENOENT',
  });
  const signal = AbortSignal.abort();
  t.same(await runProgram(settings('sleep 1000'), { ...nothing, signal }), {
    kind: 'failed',
    reason: 'the gateway is closing',
  });
});

test('a program that reads nothing takes an event that is larger than a pipe', async (t) => {
  const stdin = 'x'.repeat(1024 * 1024);
  t.match(await runProgram(settings('exit 0'), { ...nothing, stdin }), { kind: 'exited', status: 0 });
});

test('no more run at once than there are slots, and who waits too long gets none', async (t) => {
  const slots = createSlots(2);
  let now = 0;
  let most = 0;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const work = async () => {
    now += 1;
    most = Math.max(most, now);
    await gate;
    now -= 1;
    return 'done';
  };
  const runs = [slots.run(work, 10_000), slots.run(work, 10_000), slots.run(work, 10_000)];
  t.equal(await slots.run(work, 20), 'none');
  open();
  t.same(await Promise.all(runs), ['done', 'done', 'done']);
  t.equal(most, 2);
});
