// Passkeys as a second factor: made, used, and everything that a real device would not do.

import { test } from 'tap';
import { goodPassword, hiddenFields, openPlainBrowser, openPortal } from '../support/portal.ts';
import { askedOn, createSoftPasskey } from '../support/soft-passkey.ts';

const site = { rpId: 'portal.agency.example', origin: 'https://portal.agency.example' };
const settings = { publicUrl: site.origin } as const;
const credentials = { 'user-id': 'maria.lopez', password: goodPassword };

const open = (url: string, user = 'maria.lopez') => {
  const browser = openPlainBrowser(url);
  return { browser, arrived: browser.fillIn('/sign-in', { ...credentials, 'user-id': user }) };
};

test('a passkey is made as the first factor, and signs in from then on', async (t) => {
  const { url, database } = await openPortal(t, settings);
  const passkey = createSoftPasskey();
  const { browser, arrived } = open(url);
  t.match((await arrived).html, /href="\/sign-in\/enrol\/passkey"/);
  const page = await browser.get('/sign-in/enrol/passkey');
  t.match(page.text, /Set up a passkey/);
  const made = passkey.make(askedOn(page.html), site);
  const codes = await browser.post('/sign-in/enrol/passkey', { ...hiddenFields(page.html), passkey: made });
  t.match(codes.text, /Your second factor is set up .* recovery codes|Your recovery codes/);
  t.equal((await browser.get('/home')).status, 200);
  t.match(await database.sql.selectFrom('factors').selectAll().execute(), [
    { user_id: 'maria.lopez', kind: 'passkey', rp_id: site.rpId, counter: 0 },
  ]);

  const again = open(url);
  const question = await again.arrived;
  t.match(question.text, /Confirm that it is you/);
  const fields = hiddenFields(question.html);
  t.equal(fields['way'], 'passkey', 'the passkey is asked for first');
  const signed = passkey.use(askedOn(question.html), { ...site, counter: 1 });
  t.match(await again.browser.post('/sign-in/factor', { ...fields, passkey: signed }), { status: 303 });
  t.equal((await again.browser.get('/home')).status, 200);
});

test('a passkey that signs for another site, another challenge, or not truly is refused', async (t) => {
  const { url } = await openPortal(t, settings);
  const passkey = createSoftPasskey();
  const { browser, arrived } = open(url);
  await arrived;
  const tryToMake = async (at: typeof site, challenge?: string) => {
    const page = await browser.get('/sign-in/enrol/passkey');
    const asked = challenge === undefined ? askedOn(page.html) : { challenge };
    const fields = { ...hiddenFields(page.html), passkey: passkey.make(asked, at) };
    return browser.post('/sign-in/enrol/passkey', fields);
  };
  t.match(await tryToMake({ ...site, origin: 'https://portal.agency.example.evil.example' }), {
    status: 422,
  });
  t.match(await tryToMake({ ...site, rpId: 'evil.example' }), { status: 422 });
  t.match(await tryToMake(site, Buffer.alloc(32).toString('base64url')), { status: 422 });
  t.match(await tryToMake(site), { status: 200 });

  const again = open(url);
  await again.arrived;
  const use = async (
    at: Parameters<typeof passkey.use>[1],
    change: (signed: string) => string = (signed) => signed,
  ) => {
    const page = await again.browser.get('/sign-in/factor');
    const fields = { ...hiddenFields(page.html), passkey: change(passkey.use(askedOn(page.html), at)) };
    return again.browser.post('/sign-in/factor', fields);
  };
  const wrong = { status: 422, text: /That was not right/ };
  t.match(await use({ ...site, counter: 5, origin: 'https://evil.example' }), wrong, 'a foreign origin');
  t.match(await use({ ...site, counter: 5, rpId: 'evil.example' }), wrong, 'a foreign site');
  t.match(
    await use({ ...site, counter: 5 }, (signed) =>
      signed.replace(/"signature":"[^"]*"/, '"signature":"MEUCIQ"'),
    ),
    wrong,
    'a signature that is none',
  );
  const other = createSoftPasskey();
  t.match(
    await use({ ...site, counter: 5 }, () => other.use({ challenge: 'AAAA' }, { ...site, counter: 5 })),
    wrong,
    'a passkey that nobody has registered',
  );
  for (const junk of ['', '{}', '[1,2', '{"id":7}'])
    t.match(await use({ ...site, counter: 5 }, () => junk), { status: 422 }, JSON.stringify(junk));
  t.equal((await again.browser.get('/home')).status, 303, 'none of it signed in');
});

test('an assertion works once: not sent again, and not from a counter that went back', async (t) => {
  const { url } = await openPortal(t, settings);
  const passkey = createSoftPasskey();
  const first = open(url);
  await first.arrived;
  const page = await first.browser.get('/sign-in/enrol/passkey');
  const made = passkey.make(askedOn(page.html), site);
  await first.browser.post('/sign-in/enrol/passkey', { ...hiddenFields(page.html), passkey: made });

  const { browser, arrived } = open(url);
  const question = await arrived;
  const signed = passkey.use(askedOn(question.html), { ...site, counter: 7 });
  const fields = { ...hiddenFields(question.html), passkey: signed };
  const pending = browser.cookies.get('claimgate-pending') ?? '';
  const both = await Promise.all([
    browser.post('/sign-in/factor', fields),
    browser.post('/sign-in/factor', fields),
  ]);
  t.same(both.map(({ status }) => status).sort(), [303, 422], 'of the same form twice at once, one signs in');

  const replay = open(url);
  const asked = await replay.arrived;
  const replayed = { ...hiddenFields(asked.html), passkey: signed };
  t.match(await replay.browser.post('/sign-in/factor', replayed), { status: 422 }, 'a recorded assertion');
  const thief = openPlainBrowser(url);
  thief.cookies.set('claimgate-pending', pending);
  t.match(await thief.post('/sign-in/factor', fields), { status: 303 });
  t.equal((await thief.get('/home')).status, 303, 'the sign-in that it was made for is over');

  const cloned = await replay.browser.get('/sign-in/factor');
  const behind = passkey.use(askedOn(cloned.html), { ...site, counter: 7 });
  t.match(
    await replay.browser.post('/sign-in/factor', { ...hiddenFields(cloned.html), passkey: behind }),
    { status: 422 },
    'a copy of the authenticator counts from behind',
  );
  const fresh = await replay.browser.get('/sign-in/factor');
  const ahead = passkey.use(askedOn(fresh.html), { ...site, counter: 8 });
  t.match(await replay.browser.post('/sign-in/factor', { ...hiddenFields(fresh.html), passkey: ahead }), {
    status: 303,
  });
});

test('passkeys are bound to the configured name, not to what a request says', async (t) => {
  const { url } = await openPortal(t);
  const { browser, arrived } = open(url);
  t.notMatch((await arrived).html, /enrol\/passkey/, 'an address is no name to bind one to');
  t.equal((await browser.get('/sign-in/enrol/passkey')).status, 404);
});
