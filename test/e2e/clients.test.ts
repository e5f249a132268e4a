// The clients that partners use, against the real gateway: what each of them does with a mailbox.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { readClaims } from '../support/claims.ts';
import { addReadyUser, firstPassword, startTestGateway, waitForAnswers } from '../support/gateway.ts';
import { missingProgram } from '../support/program.ts';
import { call, connectSsh } from '../support/ssh-client.ts';
import { stockClients } from '../support/stock-clients.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';
const password = firstPassword;

test('each client signs in, puts, lists, renames and gets, and is refused with a wrong password', async (t) => {
  const running = await startTestGateway(t);
  const target = await addReadyUser(running, { partner, user });
  const cwd = running.clientDirectory;
  for (const [index, client] of stockClients.entries()) {
    const { program } = client;
    await t.test(program, { skip: missingProgram(program) }, async (t) => {
      const file = `${program}.x12`;
      writeFileSync(join(cwd, file), readClaims('p-00-valid', 200 + index));
      const sent = await client.run(target, {
        cwd,
        password,
        commands: [
          { kind: 'put', local: file, remote: `/inbound/${file}` },
          { kind: 'rename', from: `/inbound/${file}`, to: `/inbound/${program}-sent.x12` },
          { kind: 'list', folder: '/inbound' },
        ],
      });
      t.equal(sent.code, 0, sent.out);
      t.match(sent.out, new RegExp(`\\b${program}-sent\\.x12\\b`), 'the list shows the new name');

      // Whichever name it had when it was received is the name that its answer begins with.
      const [answer] = await waitForAnswers(running.dataDirectory, { partner, file });
      const fetched = await client.run(target, {
        cwd,
        password,
        commands: [
          { kind: 'list', folder: '/outbound' },
          { kind: 'get', remote: `/outbound/${answer?.name}`, local: `${program}.answer` },
        ],
      });
      t.equal(fetched.code, 0, fetched.out);
      t.ok(fetched.out.includes(answer?.name ?? ''), 'outbound lists the answer');
      t.equal(readFileSync(join(cwd, `${program}.answer`), 'latin1'), answer?.text);
      t.match(answer?.text, /IK5\*A/);

      const refused = await client.run(target, {
        cwd,
        password: 'Wrong-Horse-1-Stable',
        commands: [{ kind: 'list', folder: '/' }],
      });
      t.not(refused.code, 0, 'a wrong password is refused');
      t.notMatch(refused.out, /\binbound\b/);
    });
  }
  t.equal(
    (await running.core.database.sql.selectFrom('transmissions').selectAll().execute()).length,
    stockClients.filter(({ program }) => missingProgram(program) === false).length,
    'a rename makes no second transmission',
  );
});

test('an upload whose connection was cut is resumed by each client, and answered once', async (t) => {
  const running = await startTestGateway(t);
  const target = await addReadyUser(running, { partner, user });
  const cwd = running.clientDirectory;
  for (const [index, client] of stockClients.entries()) {
    const { program } = client;
    await t.test(program, { skip: missingProgram(program) }, async (t) => {
      const file = `${program}.x12`;
      const content = readClaims('p-00-valid', 300 + index);
      writeFileSync(join(cwd, file), content);
      const cut = await connectSsh(t, target, password);
      const handle = await call<Buffer>((done) => cut.sftp.open(`/inbound/${file}`, 'w', done));
      await call((done) => cut.sftp.write(handle, Buffer.from(content), 0, 500, 0, done));
      cut.cut();
      await until('the upload is kept as interrupted', async () => {
        const rows = running.core.database.sql.selectFrom('transmissions').select('state');
        return (await rows.where('name', '=', file).executeTakeFirst())?.state === 'interrupted';
      });

      const resumed = await client.run(target, {
        cwd,
        password,
        commands: [{ kind: 'resume-put', local: file, remote: `/inbound/${file}` }],
      });
      t.equal(resumed.code, 0, resumed.out);
      const answers = await waitForAnswers(running.dataDirectory, { partner, file });
      t.match(answers[0]?.text, /IK5\*A/, 'the whole file was read');
      const rows = await running.core.database.sql
        .selectFrom('transmissions')
        .select(['state', 'size_bytes'])
        .where('name', '=', file)
        .execute();
      t.strictSame(rows, [{ state: 'answered', size_bytes: content.length }], 'one transmission');
    });
  }
  t.strictSame(readdirSync(join(running.dataDirectory, 'staging')), [], 'nothing is left in staging');
});
