// Sign-in at an external OpenID Connect provider: a real one (npm: oidc-provider) on loopback, and what must not work.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { findUser } from '../../storage/user-store.ts';
import { addPartnerAndUser, startTestGateway } from '../support/gateway.ts';
import { clientId, clientSecret, startProvider, type TestProvider } from '../support/oidc-provider.ts';
import { hiddenFields, openPlainBrowser, type PlainBrowser } from '../support/portal.ts';
import { userId } from '../support/storage.ts';
import { makeTestFolder } from '../support/test-folder.ts';

const setupPage = '/trading-partner/sftp-account';

/** A gateway whose users sign in at a provider, with `maria.lopez` of Acme in the directory. */
async function open(t: Test, oidc: Readonly<Record<string, unknown>> = {}) {
  const provider = await startProvider();
  t.teardown(() => provider.close());
  const root = makeTestFolder(t);
  const clientSecretFile = join(root, 'client-secret');
  writeFileSync(clientSecretFile, `${clientSecret}\n`, { mode: 0o600 });
  const { issuer } = provider;
  const running = await startTestGateway(t, {
    root,
    config: {
      roles: ['portal'],
      identity: { oidc: { issuer, clientId, clientSecretFile, name: 'State ID', ...oidc } },
    },
  });
  const url = `http://127.0.0.1:${running.gateway.portal?.port}`;
  provider.register(url);
  await addPartnerAndUser(running.core, { partner: 'acme', user: 'maria.lopez' });
  provider.person = { sub: 'subject-1', claims: { preferred_username: 'Maria.Lopez' } };
  return { ...running, provider, url };
}

/** Follows redirects between the portal and the provider, each with its own cookies, as a browser does. */
async function follow(portal: PlainBrowser, provider: TestProvider, from: string): Promise<string> {
  const there = openPlainBrowser(provider.issuer);
  let at = from;
  for (let hops = 0; hops < 12; hops += 1) {
    const page = at.startsWith(provider.issuer) ? await there.get(at) : await portal.get(at);
    const next = page.headers.get('location');
    if (next === null) return page.text;
    at = at.startsWith(provider.issuer) ? new URL(next, at).href : next;
  }
  throw new Error('The redirects do not end.');
}

/** Signs in as far as the provider's answer. @returns the address that it sends the browser back to */
async function answerOf(
  portal: PlainBrowser,
  provider: TestProvider,
  from = '/sign-in/provider',
): Promise<string> {
  const there = openPlainBrowser(provider.issuer);
  let at = (await portal.get(from)).headers.get('location') ?? '';
  for (let hops = 0; hops < 10 && at.startsWith(provider.issuer); hops += 1)
    at = new URL((await there.get(at)).headers.get('location') ?? '', at).href;
  return at;
}

test('a user signs in at the provider, whose second factor is ours, and out again', async (t) => {
  const { core, provider, url, browser } = await open(t, { requireAmr: ['otp', 'hwk'] });
  provider.person = { ...provider.person, amr: ['pwd', 'otp'] };
  const person = browser();
  const signIn = await person.get(`/sign-in?next=${setupPage}`);
  t.match(signIn.text, /You sign in at State ID/);
  t.notMatch(signIn.html, /type="password"/, 'no password of ours');
  const refused = await person.post('/sign-in', {
    'user-id': 'maria.lopez',
    password: 'Violet-Otter-9-River',
  });
  t.equal(refused.status, 404, 'and none is taken');
  const begun = await person.get(`/sign-in/provider?next=${encodeURIComponent(setupPage)}`);
  const asked = new URL(begun.headers.get('location') ?? '');
  t.equal(asked.origin, provider.issuer);
  for (const parameter of ['state', 'nonce', 'code_challenge', 'max_age'])
    t.ok(asked.searchParams.get(parameter), parameter);
  t.equal(asked.searchParams.get('code_challenge_method'), 'S256');
  t.notOk(
    person.cookies.get('claimgate-provider')?.includes(asked.searchParams.get('state') ?? ''),
    'sealed',
  );
  const page = await follow(person, provider, `/sign-in/provider?next=${encodeURIComponent(setupPage)}`);
  t.match(page, /SFTP Account Setup\/Update .* Signed in as maria\.lopez|Signed in as maria\.lopez/);
  const records = await readAuditRecords(core.database, { limit: 5 });
  t.match(records[0], { action: 'portal.sign-in', detail: '{"factor":"provider"}' });
  t.ok(records.some(({ action }) => action === 'user.identity-link'));

  const out = await person.post('/sign-out', hiddenFields((await person.get('/home')).html));
  const end = new URL(out.headers.get('location') ?? '', url);
  t.equal(end.origin, provider.issuer, 'signed out there too');
  t.equal(end.searchParams.get('post_logout_redirect_uri'), `${url}/sign-in`);
  t.match(out.headers.get('content-security-policy'), new RegExp(`form-action 'self' ${provider.issuer}`));
  t.equal((await person.get('/home')).status, 303);
});

test('without a second factor there, ours is asked for, or the sign-in refused, as set', async (t) => {
  const ours = await open(t);
  t.match(await follow(ours.browser(), ours.provider, '/sign-in/provider'), /Set up an authenticator app/);
  const theirs = await open(t, { requireAcr: ['mfa'] });
  theirs.provider.person = { ...theirs.provider.person, acr: 'password' };
  const person = theirs.browser();
  t.match(await follow(person, theirs.provider, '/sign-in/provider'), /without a second step/);
  t.equal((await person.get('/home')).status, 303);
});

test('an answer counts once, in the browser that asked, with the state that it asked with', async (t) => {
  const { provider, browser } = await open(t, { requireAmr: ['otp'] });
  provider.person = { ...provider.person, amr: ['otp'] };
  const person = browser();
  const answer = await answerOf(person, provider);
  t.match(answer, /\/sign-in\/provider\/callback\?code=/);
  const other = browser();
  t.match(
    await other.get(answer),
    { status: 403, text: /The sign-in did not work/ },
    'another browser has no flow',
  );
  await other.get('/sign-in/provider');
  t.match(await other.get(answer), { status: 403 }, 'nor does its own flow fit (login CSRF)');
  t.notOk(other.cookies.has('claimgate-session'));
  const flow = person.cookies.get('claimgate-provider') ?? '';
  const iss = encodeURIComponent('https://evil.example');
  const mixed = answer.replace(/iss=[^&]*/, `iss=${iss}`);
  t.not(mixed, answer, 'the provider says who it is (RFC 9207)');
  t.match(await person.get(mixed), { status: 403 }, 'an answer of another issuer');
  person.cookies.set('claimgate-provider', flow);
  t.match(await person.get(answer.replace(/state=[^&]*/, 'state=other')), { status: 403 }, 'another state');
  person.cookies.set('claimgate-provider', `${flow.slice(0, -4)}AAAA`);
  t.match(await person.get(answer), { status: 403 }, 'a flow that was tampered with');
  person.cookies.set('claimgate-provider', flow);
  t.equal((await person.get(answer)).status, 303);
  t.equal((await person.get('/home')).status, 200);
  const again = browser();
  again.cookies.set('claimgate-provider', flow);
  t.match(await again.get(answer), { status: 403 }, 'and the same answer never again');
});

test('who cancels, is unknown, or takes another’s name is told so and stays out', async (t) => {
  const { provider, browser, core } = await open(t, { requireAmr: ['otp'] });
  const come = async (person: TestProvider['person']) => {
    provider.person = { amr: ['otp'], ...person };
    return follow(browser(), provider, '/sign-in/provider');
  };
  t.match(await come({ sub: '', claims: {} }), /cancelled or refused/);
  t.match(
    await come({ sub: 'subject-2', claims: { preferred_username: 'nobody.known' } }),
    /not known to this portal/,
  );
  t.match(await come({ sub: 'subject-2', claims: {} }), /did not say which user you are/);
  t.match(
    await come({ sub: 'subject-1', claims: { preferred_username: 'maria.lopez' } }),
    /Signed in as maria/,
  );
  t.match(
    await come({ sub: 'subject-3', claims: { preferred_username: 'maria.lopez' } }),
    /belongs to another sign-in/,
    'a name that changed hands at the provider',
  );
  t.match(
    await come({ sub: 'subject-1', claims: { preferred_username: 'renamed.there' } }),
    /Signed in as maria\.lopez/,
    'the subject counts, not the name',
  );
  await core.database.sql
    .updateTable('users')
    .set({ status: 'disabled' })
    .where('id', '=', 'maria.lopez')
    .execute();
  t.match(await come({ sub: 'subject-1', claims: {} }), /access to this portal was ended/);
});

test('whom the directory does not know becomes a user of no trading partner, where that is set', async (t) => {
  const { provider, browser, core } = await open(t, { unknownUsers: 'create', requireAmr: ['otp'] });
  provider.person = {
    sub: 'subject-9',
    amr: ['otp'],
    claims: { preferred_username: 'new.person', given_name: 'New', family_name: 'Person' },
  };
  t.match(await follow(browser(), provider, '/sign-in/provider'), /Welcome, New .*no trading partner/);
  t.match(await findUser(core.database, userId('new.person')), { partnerId: undefined, status: 'active' });
});

test('SFTP Setup takes a password of its own after a sign-in that is only minutes old', async (t) => {
  const { provider, browser, core } = await open(t, { requireAmr: ['otp'] });
  provider.person = { ...provider.person, amr: ['otp'] };
  const person = browser();
  await follow(person, provider, '/sign-in/provider');
  const maria = userId('maria.lopez');
  const page = await person.get(setupPage);
  t.match(page.text, /SFTP does not take your password at State ID/);
  const step = { 'user-id': 'maria.lopez', attestation: 'yes' };
  const send = (fields: Record<string, string>) => person.fillIn(setupPage, { ...step, ...fields });
  t.match(await send({ password: '', 'repeat-password': '' }), { status: 422, text: /or give a public key/ });
  t.match(await send({ password: 'short', 'repeat-password': 'short' }), {
    status: 422,
    text: /use at least 14/,
  });
  const password = 'Copper-Heron-7-Lake';
  t.match(await send({ password, 'repeat-password': 'other' }), { status: 422, text: /differ/ });

  const aged = { authenticated_at_ms: Date.now() - 11 * 60_000 };
  await core.database.sql.updateTable('portal_sessions').set(aged).execute();
  t.match((await person.get(setupPage)).text, /needs a sign-in that is only minutes old/);
  const form = hiddenFields((await person.get('/home')).html);
  const forced = { ...form, ...step, password, 'repeat-password': password };
  t.match(await person.post(setupPage, forced), { status: 422, text: /Sign in again/ });
  t.equal((await core.accountSetup.status(maria)).status, 'not-set-up');
  const again = `/sign-in/provider?again=yes&next=${encodeURIComponent(setupPage)}`;
  const asked = new URL((await person.get(again)).headers.get('location') ?? '');
  t.match([asked.searchParams.get('prompt'), asked.searchParams.get('max_age')], ['login', '0']);
  provider.person = { sub: 'subject-5', amr: ['otp'], claims: { preferred_username: 'someone.else' } };
  t.match(await follow(person, provider, again), /did not work/, 'someone else does not confirm');
  provider.person = { sub: 'subject-1', amr: ['otp'], claims: {} };
  t.match(await follow(person, provider, again), /SFTP password/);
  t.match((await send({ password, 'repeat-password': password })).text, /Your SFTP account is set up/);
  const proof = { kind: 'password', password } as const;
  const login = await core.gate.authenticate({ userName: 'maria.lopez', address: '127.0.0.1', proof });
  t.match(login, { kind: 'accepted' });
});

test('a provider that does not answer is said to be away', async (t) => {
  const { provider, browser } = await open(t);
  await provider.close();
  t.match(await browser().get('/sign-in/provider'), { status: 503, text: /does not answer/ });
});
