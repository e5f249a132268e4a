// Runs command lines of the built product one after the other in this one process, each in its folder and environment
// and with its input, and tells what they printed: what command-desk.ts talks to.

import { PassThrough } from 'node:stream';
import { runCommand } from '../../dist/admin/run-command.js';

/** What a command prints goes to whoever asked. */
function collect(stream) {
  const chunks = [];
  stream.write = (chunk, ...rest) => {
    chunks.push(Buffer.from(chunk));
    rest.find((one) => typeof one === 'function')?.();
    return true;
  };
  return () => Buffer.concat(chunks.splice(0)).toString('utf8');
}

const takeOut = collect(process.stdout);
const takeErr = collect(process.stderr);

async function run({ cwd, args, environment, input }) {
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) if (name.startsWith('CLAIMGATE_')) delete process.env[name];
  Object.assign(process.env, environment);
  const stdin = new PassThrough();
  stdin.end(input);
  Object.defineProperty(process, 'stdin', { configurable: true, value: stdin });
  process.exitCode = undefined;
  await runCommand(args);
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  return { code, out: takeOut(), err: takeErr() };
}

process.on('message', (asked) => {
  run(asked).then(
    (ran) => process.send(ran),
    (thrown) => process.send({ code: -1, out: takeOut(), err: String(thrown?.stack ?? thrown) }),
  );
});
