import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { generateHostKeys, knownHostsLine, readHostKey } from '../../server/host-keys.ts';
import { administrator, startTestGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';
import { rawSsh, word } from './support/raw-ssh.ts';
import { password, startServer, userName } from './support/start-server.ts';
import { missing, runSftp } from './support/stock-client.ts';

/** Connects as OpenSSH does with a known_hosts file of its own. @returns what stands in that file afterwards */
async function connectKnowing(
  server: Parameters<typeof runSftp>[0],
  input: { readonly cwd: string; readonly known: string },
): Promise<{ readonly code: number | null; readonly known: string; readonly out: string }> {
  const file = join(input.cwd, 'known_hosts');
  writeFileSync(file, input.known);
  const options = [`UserKnownHostsFile=${file}`, 'StrictHostKeyChecking=yes', 'UpdateHostKeys=yes'];
  // The first value of an option counts, and runSftp names its own first: so by a configuration file.
  const config = join(input.cwd, 'config');
  writeFileSync(config, `${options.join('\n')}\nHashKnownHosts no\n`);
  const ran = await runSftp(server, { cwd: input.cwd, commands: ['ls'], options: [], config });
  return { ...ran, known: readFileSync(file, 'utf8') };
}

test('OpenSSH learns an announced host key, with proof, and takes it when it serves (both types)', {
  skip: missing('ssh'),
}, async (t) => {
  const { server, cwd } = await startServer(t, { profile: 'compatible' });
  const [old, fresh] = [generateHostKeys(), generateHostKeys()];
  server.useHostKeys({ serving: [old.ed25519], announced: [fresh.ed25519, fresh.ecdsa] });
  const known = `${knownHostsLine(readHostKey(old.ed25519), server)}\n`;
  const learnt = await connectKnowing(server, { cwd, known });
  t.equal(learnt.code, 0, learnt.out);
  for (const key of [old.ed25519, fresh.ed25519, fresh.ecdsa]) {
    t.match(learnt.known, readHostKey(key).publicLine.split(' ')[1] ?? '-', readHostKey(key).type);
  }
  server.useHostKeys({ serving: [fresh.ed25519], announced: [] });
  t.equal((await connectKnowing(server, { cwd, known: learnt.known })).code, 0);
  t.not((await connectKnowing(server, { cwd, known })).code, 0, 'who has not learnt it refuses');
});

test('no proof is given of a key that is not ours, and asking for one ends nothing', async (t) => {
  const { server } = await startServer(t);
  const foreign = readHostKey(generateHostKeys().ed25519).blob;
  const raw = await rawSsh(t, server);
  const ask = (data: Buffer) => raw.send(80, 'hostkeys-prove-00@openssh.com', true, data);
  raw.send(5, 'ssh-userauth');
  raw.send(50, userName, 'ssh-connection', 'password', false, password);
  t.equal((await raw.next('USERAUTH_SUCCESS', 'USERAUTH_FAILURE')).name, 'USERAUTH_SUCCESS');
  ask(foreign);
  t.equal((await raw.next('REQUEST_FAILURE', 'REQUEST_SUCCESS')).name, 'REQUEST_FAILURE');
  ask(Buffer.alloc(0));
  t.equal((await raw.next('REQUEST_FAILURE', 'REQUEST_SUCCESS')).name, 'REQUEST_FAILURE');
  raw.send(90, 'session', word(0), word(2 ** 21), word(32_768));
  t.equal((await raw.next('CHANNEL_OPEN_CONFIRMATION', 'CLOSED')).name, 'CHANNEL_OPEN_CONFIRMATION');
});

test('a rotation is followed by the running gateway and shown by the portal, step by step', async (t) => {
  const { core, gateway } = await startTestGateway(t);
  const shown = () => gateway.connection().fingerprints.map(({ sha256 }) => sha256);
  const before = shown();
  t.equal(before.length, 2);
  const [ed25519 = ''] = before;
  t.match(await core.hostKeys.retire({ fingerprint: ed25519, actor: administrator }), { kind: 'needed' });
  const rotated = await core.hostKeys.rotate({ kind: 'ed25519', actor: administrator });
  t.match(await core.hostKeys.rotate({ kind: 'ed25519', actor: administrator }), { kind: 'under-way' });
  t.same(shown(), [...before, rotated.key.fingerprint], 'old and new are shown');
  const retired = await core.hostKeys.retire({ fingerprint: ed25519, actor: administrator });
  t.match(retired, { kind: 'retired', now: { fingerprint: rotated.key.fingerprint } });
  t.notOk(shown().includes(ed25519));
  t.match(await core.hostKeys.retire({ fingerprint: ed25519, actor: administrator }), {
    kind: 'no-such-key',
  });
  await until('the daemon serves with the new key', async () => {
    const { sftp } = gateway;
    if (sftp === undefined) return false;
    const raw = await rawSsh(t, sftp);
    return raw.hostKeyBlob().equals(rotated.key.blob);
  });
});
