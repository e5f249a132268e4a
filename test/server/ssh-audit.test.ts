import { test } from 'tap';
import { startServer } from './support/start-server.ts';
import { missing, run } from './support/stock-client.ts';

test('ssh-audit fails nothing of the profile modern', { skip: missing('ssh-audit') }, async (t) => {
  const { server } = await startServer(t);
  const ran = await run('ssh-audit', ['-n', '-p', String(server.port), server.host], { cwd: t.testdir() });
  t.match(ran.out, /\(kex\) curve25519-sha256/, 'it has seen the server');
  t.notMatch(ran.out, /\[fail\]/, ran.out);
});
