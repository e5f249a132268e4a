import { test } from 'tap';
import { rawSsh } from './support/raw-ssh.ts';
import { startServer } from './support/start-server.ts';

test('EXT_INFO names the algorithms of user keys one by one, and none with SHA-1 (fault 3, RFC 8308 section 3.1)', async (t) => {
  const { server } = await startServer(t);
  const raw = await rawSsh(t, server);
  const { args } = await raw.next('EXT_INFO');
  t.match(args, [
    [
      {
        name: 'server-sig-algs',
        algs: [
          'ssh-ed25519',
          'ecdsa-sha2-nistp256',
          'ecdsa-sha2-nistp384',
          'ecdsa-sha2-nistp521',
          'rsa-sha2-512',
          'rsa-sha2-256',
        ],
      },
    ],
  ]);
});
