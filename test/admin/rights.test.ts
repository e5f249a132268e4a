import { test } from 'tap';
import { run, whyNotBuilt } from '../support/command.ts';

const skip = whyNotBuilt() ?? false;
const addPartner = ['partner', 'add', 'clinic', '--name', 'Clinic', '--submitter-id', 'TSN1'];
const addUser = [
  'user',
  'add',
  'Jo.Doe',
  '--partner',
  'clinic',
  '--first-name',
  'Jo',
  '--last-name',
  'Doe',
  '--email',
  'jo@clinic.example',
];
const password = 'Violet-Otter-9-River';

test('grants and roles are given once, taken once, listed, and refused in words', { skip }, async (t) => {
  const cwd = t.testdir();
  await run(cwd, addPartner);
  await run(cwd, [...addUser, '--grants', 'none'], `${password}\n`);
  const json = async (...args: string[]) => JSON.parse((await run(cwd, [...args, '--json'])).out);
  t.match(await run(cwd, ['grant', 'list', 'jo.doe']), { code: 0, out: /may send and receive nothing/ });
  t.match(await json('grant', 'add', 'jo.doe', '837p', 'send'), { transaction: '837P', changed: true });
  t.match(await json('grant', 'add', 'jo.doe', '837P', 'send'), { changed: false });
  t.match(await json('grant', 'add', 'jo.doe', 'ncpdp', 'send'), { transaction: 'NCPDP D.0', changed: true });
  t.match(await run(cwd, ['grant', 'add', 'jo.doe', '835', 'send']), {
    code: 2,
    err: /not a transaction that partners send/,
  });
  t.match(await run(cwd, ['grant', 'add', 'jo.doe', '837P', 'both']), { code: 2 });
  t.match(await run(cwd, ['grant', 'add', 'nobody', '837P', 'send']), { code: 1, err: /no user nobody/ });
  t.match(await json('grant', 'remove', 'jo.doe', 'NCPDP', 'send'), { changed: true });
  t.match(await json('grant', 'remove', 'jo.doe', 'NCPDP', 'send'), { changed: false });
  t.match(await json('partner', 'transactions', 'clinic', '--send', '837I,270', '--receive', 'none'), {
    send: ['837I', '270'],
    receive: [],
    changed: true,
  });
  t.match(await json('grant', 'list', 'jo.doe'), {
    version: 3,
    grants: [{ transaction: '837P', direction: 'send', inForce: false }],
  });
  t.match(await json('grant', 'history', 'jo.doe'), [
    { version: 3, removed: ['send NCPDP D.0'] },
    { version: 2, added: ['send NCPDP D.0'] },
    { version: 1, added: ['send 837P'] },
  ]);
  t.match(await json('role', 'add', 'jo.doe', 'office-administrator'), { changed: true });
  t.match(await json('role', 'add', 'jo.doe', 'office-administrator'), { changed: false });
  t.match(await run(cwd, ['role', 'remove', 'jo.doe', 'office-administrator']), {
    code: 1,
    err: /last office administrator/,
  });
  t.match(await json('role', 'add', 'jo.doe', 'administrator'), { changed: true });
  t.match(await json('role', 'list', '--partner', 'clinic'), [
    { user: 'jo.doe', role: 'administrator' },
    { user: 'jo.doe', role: 'office-administrator' },
  ]);
  t.match(await json('role', 'remove', 'jo.doe', 'administrator'), { changed: true });
  t.match(await json('role', 'remove', 'jo.doe', 'user-administrator'), { changed: false });
  t.match(await run(cwd, ['role', 'add', 'jo.doe', 'king']), { code: 2 });
});
