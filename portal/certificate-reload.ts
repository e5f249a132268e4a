// A certificate that is renewed while the portal runs: its files are looked at now and then, and new connections get the
// new one. Connections that are open go on. Files that do not fit are told of, and the certificate in use stays.

import { statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { describeFault, type Observe } from '../domain/observation.ts';

export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface Certificate {
  /** PEM text: the chain, and the private key. */
  readonly certificate: string;
  readonly key: string;
}

/**
 * @param deps.read reads both files
 * @param deps.use called with each new pair that fits together
 * @returns what looks now, and what ends the looking
 */
export function watchCertificate(deps: {
  readonly files: CertificateFiles;
  readonly everyMs: number;
  readonly read: () => Certificate;
  readonly use: (certificate: Certificate) => void;
  readonly observe: Observe;
}): { readonly look: () => void; readonly close: () => void } {
  const { files, observe } = deps;
  const stamp = (): string =>
    [files.certificateFile, files.keyFile]
      .map((file) => {
        const { mtimeMs, size, ino } = statSync(file);
        return `${mtimeMs} ${size} ${ino}`;
      })
      .join(' ');
  let known = stamp();
  const look = (): void => {
    try {
      const present = stamp();
      if (present === known) return;
      // Remembered before it is tried: a pair that does not fit is told of once, not at every look.
      known = present;
      const certificate = deps.read();
      createSecureContext({ cert: certificate.certificate, key: certificate.key });
      deps.use(certificate);
      observe({ kind: 'portal.certificate-loaded', file: files.certificateFile });
    } catch (thrown) {
      observe({ kind: 'fault', where: 'portal.certificate', fault: describeFault(thrown) });
    }
  };
  const timer = setInterval(look, deps.everyMs);
  timer.unref();
  return { look, close: () => clearInterval(timer) };
}
