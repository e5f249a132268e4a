// Rights as a live SFTP session meets them, in raw packets: a hidden name is answered as one that never was, a change of
// grants reaches the session within a second, and removal from the partner ends it.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { openFlag, packetType, statusCode } from '../../server/protocol-numbers.ts';
import { handleOf, namesOf, statusOf } from '../server/support/wire-session.ts';
import { addReadyUserByHand, firstPassword, startTestGateway } from '../support/gateway.ts';
import { giveRights } from '../support/office.ts';
import { openRawSftp, type RawSftp } from '../support/raw-sftp.ts';

const isa =
  'ISA*00*          *00*          *ZZ*GATEWAY        *ZZ*SUBMITTER      *261121*1200*^*00501*000000001*0*P*:~';
const remit = `${isa}GS*HP*GATEWAY*SUBMITTER*20261121*1200*1*X*005010X221A1~ST*835*0001~SE*2*0001~GE*1*1~IEA*1*000000001~`;
const answer271 = remit.replace('HP', 'HB').replace('835', '271').replace('X221', 'X279');

async function list(sftp: RawSftp, path: string): Promise<readonly string[]> {
  const handle = handleOf(await sftp.ask(packetType.opendir, path));
  const found: string[] = [];
  for (;;) {
    const reply = await sftp.ask(packetType.readdir, handle);
    if (reply.type !== packetType.name) break;
    found.push(...namesOf(reply));
  }
  await sftp.ask(packetType.close, handle);
  return found.filter((name) => name !== '.' && name !== '..').sort();
}

test('what a user may not receive is not there in any packet, and a change of grants is felt at once', async (t) => {
  const running = await startTestGateway(t, { config: { roles: ['sftp', 'intake'] } });
  const { core, dataDirectory } = running;
  await addReadyUserByHand(core, { partner: 'acme', user: 'alice' });
  const outbound = join(dataDirectory, 'mailboxes/acme/outbound');
  writeFileSync(join(outbound, 'remit.835'), remit);
  writeFileSync(join(outbound, 'answer.271'), answer271);
  const sftp = await openRawSftp(t, running.target('alice'), firstPassword);
  t.same(await list(sftp, '/outbound'), ['answer.271', 'remit.835']);

  await giveRights(core.database, { partner: 'acme', user: 'alice', rights: ['receive 835'] });
  t.same(await list(sftp, '/outbound'), ['remit.835'], 'in the same session, with the next request');
  const ways: Readonly<Record<string, (path: string) => ReturnType<RawSftp['ask']>>> = {
    stat: (path) => sftp.ask(packetType.stat, path),
    lstat: (path) => sftp.ask(packetType.lstat, path),
    open: (path) => sftp.ask(packetType.open, path, openFlag.read, 0),
    'open for update': (path) => sftp.ask(packetType.open, path, openFlag.read | openFlag.write, 0),
    opendir: (path) => sftp.ask(packetType.opendir, path),
    remove: (path) => sftp.ask(packetType.remove, path),
    'rename from': (path) => sftp.ask(packetType.rename, path, '/inbound/mine'),
    'rename to': (path) => sftp.ask(packetType.rename, '/inbound/nothing', path),
    'posix-rename from': (path) =>
      sftp.ask(packetType.extended, 'posix-rename@openssh.com', path, '/inbound/mine'),
    'set size': (path) => sftp.ask(packetType.setstat, path, 1, 0n),
    'set times': (path) => sftp.ask(packetType.setstat, path, 8, 1, 1),
    'set permissions': (path) => sftp.ask(packetType.setstat, path, 4, 0o600),
    rmdir: (path) => sftp.ask(packetType.rmdir, path),
    readlink: (path) => sftp.ask(packetType.readlink, path),
  };
  for (const [way, ask] of Object.entries(ways)) {
    const hidden = statusOf(await ask('/outbound/answer.271'));
    t.same(hidden, statusOf(await ask('/outbound/never-was')), `${way}: as a name that never was`);
    t.type(hidden, 'object', `${way} is refused`);
  }
  for (const way of ['stat', 'lstat', 'open', 'remove', 'set times'] as const)
    t.match(
      statusOf(await (ways[way] as (path: string) => ReturnType<RawSftp['ask']>)('/outbound/answer.271')),
      {
        code: statusCode.noSuchFile,
      },
    );
  t.same(readdirSync(outbound).sort(), ['answer.271', 'remit.835'], 'nothing was removed');

  const handle = handleOf(await sftp.ask(packetType.open, '/outbound/remit.835', openFlag.read, 0));
  t.equal((await sftp.ask(packetType.read, handle, 0n, 10)).type, packetType.data);
  await giveRights(core.database, { partner: 'acme', user: 'alice', rights: ['receive 271'] });
  const changedAtMs = performance.now();
  for (;;) {
    const reply = await sftp.ask(packetType.read, handle, 0n, 10);
    if (reply.type !== packetType.data) break;
    if (performance.now() - changedAtMs > 1000) throw new Error('An open file is read on after a second.');
  }
  t.same(await list(sftp, '/outbound'), ['answer.271']);
});
