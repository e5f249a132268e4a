import { test } from 'tap';
import { openPlainBrowser, openPortal } from '../support/portal.ts';

test('the portal starts on a free port and serves its public home', async (t) => {
  const { url } = await openPortal(t);
  t.equal((await openPlainBrowser(url).get('/')).status, 200);
});
