// Where the pages find their style sheets, scripts and images. Our own carry a hash of their content, so that a browser
// may keep them for good and still sees a new one at once.

import { createHash } from 'node:crypto';
import { batchScriptText } from './batch-script-text.ts';
import { passkeyScriptText } from './passkey-script-text.ts';
import { scriptText } from './script-text.ts';
import { styleText } from './style-text.ts';

const versioned = (path: string, text: string): string =>
  `${path}?v=${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;

/** Below it lies the USWDS package's `dist`, with its own layout of css, js, img and fonts. */
export const uswdsPrefix = '/assets/uswds/';
/** Below it lies what is our own. */
export const ownPrefix = '/assets/claimgate/';

export const assetPaths = {
  uswdsStyle: `${uswdsPrefix}css/uswds.min.css`,
  uswdsInit: `${uswdsPrefix}js/uswds-init.min.js`,
  uswdsScript: `${uswdsPrefix}js/uswds.min.js`,
  style: versioned(`${ownPrefix}portal.css`, styleText),
  script: versioned(`${ownPrefix}portal.js`, scriptText),
  passkeyScript: versioned(`${ownPrefix}passkey.js`, passkeyScriptText),
  /** @simplewebauthn/browser, as it is packaged for a script element. */
  webauthn: `${ownPrefix}simplewebauthn.js`,
  batchScript: versioned(`${ownPrefix}batch.js`, batchScriptText),
  icon: `${ownPrefix}icon.svg`,
} as const;
