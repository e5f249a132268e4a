// What becomes of each kind of file, by each way in: the table of docs/intake.md. Whatever a partner sends, there is one
// outcome, one answer where one is due, and what stands in a report says why and what to do.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { t as file, type Test, test } from 'tap';
import { findMismatches } from '../../storage/find-mismatches.ts';
import { readClaims } from '../support/claims.ts';
import {
  addReadyUser,
  answersTo,
  firstPassword,
  startTestGateway,
  type TestGateway,
} from '../support/gateway.ts';
import { call, connectSsh, putFile } from '../support/ssh-client.ts';
import { until } from '../support/until.ts';

const maxFileBytes = 400_000;
const partner = 'acme';
const user = 'maria.lopez';
const running: TestGateway = await startTestGateway(file, {
  config: { roles: ['sftp', 'intake', 'portal'], storage: { maxFileBytes } },
});
const { core, dataDirectory } = running;
const target = await addReadyUser(running, { partner, user });
const inbound = join(dataDirectory, 'mailboxes', partner, 'inbound');

interface Row {
  readonly what: string;
  /** @param number a control number of its own */
  readonly content: (number: number) => Buffer;
  readonly state: 'answered' | 'quarantined';
  readonly reason?: string;
  /** The ending of the answer's name; none: no answer is due. */
  readonly ending?: '999' | 'ta1' | 'rejected.txt';
  /** What the answer says. */
  readonly says?: RegExp;
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const valid = (number: number) => readClaims('p-00-valid', number);
const quarantined = (what: string, reason: string, content: Buffer, cure: RegExp): Row => ({
  what,
  content: () => content,
  state: 'quarantined',
  reason,
  ending: 'rejected.txt',
  says: new RegExp(`NOT PROCESSED[\\s\\S]*Why: [\\s\\S]*What to do:\\r\\n- [\\s\\S]*${cure.source}`),
});
const answered = (what: string, content: Row['content'], ending: '999' | 'ta1', says: RegExp): Row => ({
  what,
  content,
  state: 'answered',
  ending,
  says,
});

/** The first of the code page that IBM mainframes send: letters and digits of an ISA. */
const ebcdicIsa = Buffer.from([0xc9, 0xe2, 0xc1, 0x5c, 0xf0, 0xf0, 0x5c, 0x40, 0x40]);
const noise = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7919 + 13) % 251));

const rows: readonly Row[] = [
  answered('valid claims', (n) => latin1(valid(n)), '999', /IK5\*A/),
  answered(
    'valid claims after a UTF-8 byte order mark',
    (n) => latin1(`\xef\xbb\xbf${valid(n)}`),
    '999',
    /IK5\*A/,
  ),
  answered(
    'claims of version 4010',
    (n) => latin1(valid(n).replace('*00501*', '*00401*').replaceAll('005010X222A1', '004010X098A1')),
    'ta1',
    /TA1\*\d+\*\d+\*\d+\*R\*017/,
  ),
  answered(
    'claims of version 4010 in an interchange of version 5010',
    (n) => latin1(valid(n).replaceAll('005010X222A1', '004010X098A1')),
    '999',
    /AK9\*R\*1\*1\*0\*2/,
  ),
  {
    what: 'a TA1 from the partner',
    content: (n) => latin1(readClaims('env-19-ta1-only-inbound', n)),
    state: 'answered',
  },
  {
    what: 'an 835 by mistake',
    content: (n) =>
      latin1(
        valid(n)
          .replace('GS*HC', 'GS*HP')
          .replace('ST*837', 'ST*835')
          .replaceAll('005010X222A1', '005010X221A1'),
      ),
    state: 'quarantined',
    reason: 'transaction-not-granted',
    ending: 'rejected.txt',
    says: /may not send 835[\s\S]*- Ask/,
  },
  quarantined('white space alone', 'only-white-space', latin1(' \r\n\r\n'), /Export the file again/),
  quarantined('plain text', 'no-isa', latin1('Please find our claims attached.'), /begins with ISA/),
  quarantined('binary noise', 'no-isa', noise, /begins with ISA/),
  quarantined('a cut-off header', 'truncated-isa', latin1(valid(1).slice(0, 60)), /again, whole/),
  quarantined('a ZIP archive', 'zip-archive', Buffer.from('504b0304140000000800', 'hex'), /Unpack/),
  quarantined('a gzip archive', 'gzip-archive', gzipSync(valid(1)), /gunzip/),
  quarantined(
    'an armoured PGP message',
    'pgp-message',
    latin1('-----BEGIN PGP MESSAGE-----\n'),
    /unencrypted/,
  ),
  quarantined('a binary PGP message', 'pgp-message', Buffer.from('85010c03', 'hex'), /unencrypted/),
  quarantined('EBCDIC', 'ebcdic', ebcdicIsa, /text \(ASCII\) mode/),
  quarantined('UTF-16 with its mark', 'utf-16', Buffer.from(`\ufeff${valid(1)}`, 'utf16le'), /plain text/),
  quarantined('UTF-16 without its mark', 'utf-16', Buffer.from(valid(1), 'utf16le'), /plain text/),
  quarantined('a PDF document', 'pdf-document', latin1('%PDF-1.7\n'), /begins with ISA/),
  quarantined('an XML document', 'xml-document', latin1('<?xml version="1.0"?><a/>'), /begins with ISA/),
  quarantined('an EDIFACT interchange', 'edifact', latin1("UNA:+.? 'UNB+UNOA:1"), /begins with ISA/),
];

const empty = quarantined('nothing at all', 'empty-file', Buffer.alloc(0), /Export the file again/);

let numbers = 0;
const nextNumber = (): number => {
  numbers += 1;
  return numbers;
};

type Send = (name: string, content: Buffer) => Promise<void>;

async function settled(name: string) {
  return until(`an outcome of ${name}`, async () => {
    const found = await core.database.sql
      .selectFrom('transmissions')
      .leftJoin('acknowledgements', 'acknowledgements.transmission_id', 'transmissions.id')
      .select(['transmissions.state', 'transmissions.reason', 'acknowledgements.state as answer'])
      .where('transmissions.name', '=', name)
      .execute();
    const done = found.every(
      ({ state, answer }) => ['answered', 'quarantined', 'failed'].includes(state) && answer !== 'written',
    );
    return found.length > 0 && done && found;
  });
}

/** Sends every row's file, and compares what came of it with the row. */
async function walk(t: Test, way: string, wanted: readonly Row[], send: Send): Promise<void> {
  const sent = new Map<string, Row>();
  for (const [index, row] of wanted.entries()) {
    const name = `${way}-${index}.x12`;
    await send(name, row.content(nextNumber()));
    sent.set(name, row);
  }
  for (const [name, row] of sent) {
    const found = await settled(name);
    t.equal(found.length, 1, `${row.what}: one transmission, at most one answer`);
    t.match(found[0], { state: row.state, reason: row.reason ?? null }, row.what);
    const answers = answersTo(dataDirectory, partner, name);
    if (row.ending === undefined) t.same(answers, [], `${row.what}: no answer is due`);
    else {
      t.match(answers, [{ name: new RegExp(`\\.${row.ending}$`), text: row.says }], row.what);
      t.equal(answers.length, 1);
    }
  }
}

test('by SFTP', async (t) => {
  const { sftp } = await connectSsh(t, target, firstPassword);
  await walk(t, 'sftp', [...rows, empty], (name, content) => putFile(sftp, `/inbound/${name}`, content));

  await t.test(
    'a file larger than the limit is refused where it goes over it, and never processed',
    async (t) => {
      const large = Buffer.alloc(maxFileBytes + 1, 'x');
      const handle = await call<Buffer>((done) => sftp.open('/inbound/large.x12', 'w', done));
      await t.rejects(
        call((done) => sftp.write(handle, large, 0, large.length, 0, done)),
        { message: /at most 400000 bytes.*Split it/ },
      );
      await t.rejects(call((done) => sftp.close(handle, done)));
      t.same(answersTo(dataDirectory, partner, 'large.x12'), []);
    },
  );

  await t.test('a name that was processed may be used again: each file has its own answer', async (t) => {
    for (const number of [nextNumber(), nextNumber()]) {
      await putFile(sftp, '/inbound/again.x12', valid(number));
      await settled('again.x12');
    }
    const answers = answersTo(dataDirectory, partner, 'again.x12');
    t.equal(answers.length, 2);
    t.not(answers[0]?.name, answers[1]?.name);
  });

  await t.test('a temporary name is held, and its rename to a final name is what sends it', async (t) => {
    await putFile(sftp, '/inbound/held.x12.filepart', valid(nextNumber()));
    const [held] = await core.database.sql
      .selectFrom('transmissions')
      .select('state')
      .where('name', '=', 'held.x12.filepart')
      .execute();
    t.match(held, { state: 'held' });
    await call((done) => sftp.rename('/inbound/held.x12.filepart', '/inbound/held.x12', done));
    t.match(await settled('held.x12'), [{ state: 'answered' }]);
    t.equal(answersTo(dataDirectory, partner, 'held.x12').length, 1);
  });

  await t.test(
    'an upload that was cut off is never processed, and is answered once after it was resumed',
    async (t) => {
      const content = latin1(valid(nextNumber()));
      const half = Math.floor(content.length / 2);
      const cut = await connectSsh(t, target, firstPassword);
      const handle = await call<Buffer>((done) => cut.sftp.open('/inbound/cut.x12', 'w', done));
      await call((done) => cut.sftp.write(handle, content, 0, half, 0, done));
      cut.cut();
      await until('it is interrupted', async () => {
        const row = await core.database.sql
          .selectFrom('transmissions')
          .select('state')
          .where('name', '=', 'cut.x12')
          .executeTakeFirst();
        return row?.state === 'interrupted';
      });
      const resumed = await call<Buffer>((done) => sftp.open('/inbound/cut.x12', 'r+', done));
      await call((done) => sftp.write(resumed, content, half, content.length - half, half, done));
      await call((done) => sftp.close(resumed, done));
      t.match(await settled('cut.x12'), [{ state: 'answered' }]);
      t.match(answersTo(dataDirectory, partner, 'cut.x12'), [{ text: /IK5\*A/ }]);
    },
  );
});

test('by the portal', async (t) => {
  const browser = running.browser();
  await browser.signIn(user, firstPassword);
  const batch = '/trading-partner/batch-transfer';
  const send = async (name: string, content: Buffer) => {
    const token = /name="form_token" value="([^"]*)"/.exec((await browser.get(batch)).html)?.[1] ?? '';
    const body = new FormData();
    body.append('form_token', token);
    body.append('files', new Blob([Uint8Array.from(content)]), name);
    return browser.get(batch, { method: 'POST', body });
  };
  await walk(t, 'portal', rows, async (name, content) => {
    const { status, text } = await send(name, content);
    if (status !== 303) throw new Error(`${name} was refused: ${status} ${text}`);
  });

  await t.test(
    'nothing at all, a temporary name and a file larger than the limit are refused on the page',
    async (t) => {
      t.match(await send('portal-empty.x12', Buffer.alloc(0)), { status: 422, text: /The file is empty/ });
      t.match(await send('portal.x12.part', latin1('x')), { status: 422, text: /Rename the file/ });
      const large = await send('portal-large.x12', Buffer.alloc(maxFileBytes + 1, 'x'));
      t.match(large, { status: 422, text: /larger than the portal takes|at most 400000 bytes/ });
      for (const name of ['portal-empty.x12', 'portal.x12.part', 'portal-large.x12'])
        t.same(answersTo(dataDirectory, partner, name), []);
    },
  );
});

test('dropped into inbound by another program', async (t) => {
  await walk(t, 'drop', [...rows, empty], async (name, content) =>
    writeFileSync(join(inbound, name), content),
  );

  await t.test(
    'a file larger than the limit goes into quarantine, and the report says what to do',
    async (t) => {
      writeFileSync(join(inbound, 'drop-large.x12'), Buffer.alloc(maxFileBytes + 1, 'x'));
      t.match(await settled('drop-large.x12'), [{ state: 'quarantined' }]);
      t.match(answersTo(dataDirectory, partner, 'drop-large.x12'), [
        { name: /rejected\.txt$/, text: /at most 400000 bytes here\. Split it/ },
      ]);
    },
  );
});

test('nothing of all this left anything behind', async (t) => {
  t.same(await findMismatches({ ...core, settleMs: 200 }), []);
  const quarantine = readdirSync(join(dataDirectory, 'quarantine')).length;
  const found = await core.database.sql
    .selectFrom('transmissions')
    .select('id')
    .where('state', '=', 'quarantined')
    .execute();
  t.equal(quarantine, found.length);
});

test('files are noticed by polling too, where the file system tells nothing', async (t) => {
  const polling = await startTestGateway(t, {
    config: { roles: ['sftp', 'intake', 'portal'], intake: { watch: 'polling', watchPollMs: 100 } },
  });
  await addReadyUser(polling, { partner, user });
  writeFileSync(join(polling.dataDirectory, 'mailboxes', partner, 'inbound', 'polled.x12'), valid(1));
  await until('its answer', () => answersTo(polling.dataDirectory, partner, 'polled.x12').length === 1);
  t.pass();
});
