// What `claimgate doctor` looks at in keys and secrets. It says where they are and who can read them, never what they are.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readHostKeyText } from '../roles/sftp-diagnosis.ts';
import {
  type Check,
  error,
  type Finding,
  messageOf,
  ok,
  printDuration,
  type Scene,
  warning,
} from './doctor-check.ts';

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

const hostKeys: Check = {
  id: 'host-keys',
  looksAt: 'whether the host keys are there, readable, and of the types that are offered',
  cure: 'restore data/keys from a backup; if they are lost, the next start makes new ones, and partners must be told the new fingerprints',
  needs: 'data-directory',
  run(scene) {
    const legacy = scene.config.sftp.listeners.some(({ profile }) => profile === 'legacy');
    const kinds = ['ed25519', 'ecdsa', ...(legacy ? ['rsa'] : [])];
    const files = kinds.map((kind) => ({ kind, path: join(scene.directory.keys, `ssh_host_${kind}_key`) }));
    const missing = files.filter(({ path }) => !isThere(path));
    // Before anyone set up an account, there was no one to be told a fingerprint.
    const toldNobody = scene.inspection.kind === 'absent' || scene.health?.accounts === 0;
    if (missing.length === files.length && toldNobody)
      return warning('There are none yet.', 'Nothing: the first start makes them.');
    if (missing.length > 0) return error(`Missing: ${missing.map(({ kind }) => kind).join(', ')}.`);
    try {
      const keys = files.map(({ kind, path }) =>
        readHostKeyText(readFileSync(path, 'utf8'), { rsa: kind === 'rsa' }),
      );
      return ok(keys.map(({ type, fingerprint }) => `${type} ${fingerprint}`).join(', '));
    } catch (thrown) {
      return error(messageOf(thrown));
    }
  },
};

const secretFiles: Check = {
  id: 'secret-files',
  looksAt:
    'whether every key and every secret that the configuration names is there, is not empty, and can be read by its owner alone',
  cure: 'chmod 600 FILE; what others could read should be considered known and made anew',
  run(scene) {
    const paths = [...ownSecrets(scene), ...namedSecrets(scene)];
    const findings = paths.flatMap((path): readonly Finding[] => {
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined)
        return [error(`${path} is not there.`, 'Make it, or name the right file in the configuration.')];
      if ((found.mode & 0o077) !== 0)
        return [
          error(`${path} can be read by others.`, `chmod 600 ${path}; consider the secret in it known.`),
        ];
      return found.size === 0 ? [error(`${path} is empty.`, 'Restore it from a backup.')] : [];
    });
    return findings.length > 0 ? findings : ok(`${paths.length} files, readable by their owner alone.`);
  },
};

function ownSecrets({ directory, directoryExists }: Scene): readonly string[] {
  if (!directoryExists || !isThere(directory.keys)) return [];
  return readdirSync(directory.keys).map((name) => join(directory.keys, name));
}

function namedSecrets({ config }: Scene): readonly string[] {
  const { hooks, mail, identity, portal, api } = config;
  const files = [
    ...hooks.webhooks.map(({ secretFile }) => secretFile),
    mail.smtp.passwordFile,
    identity.oidc?.clientSecretFile,
    portal.tlsKeyFile,
    api.tlsKeyFile,
  ];
  return files.flatMap((file) => file ?? []);
}

const expiryWarningMs = 30 * 24 * 60 * 60 * 1000;
const expiryErrorMs = 3 * 24 * 60 * 60 * 1000;

const certificate: Check = {
  id: 'certificate',
  looksAt:
    "the portal's certificate: whether it can be read, is valid now and for 30 days more, fits its key, and names the public host",
  cure: 'renew it; a running gateway takes a new file within half a minute',
  needs: 'config',
  run({ config, now }) {
    const { tlsCertificateFile, tlsKeyFile, publicUrl } = config.portal;
    if (tlsCertificateFile === undefined || tlsKeyFile === undefined) return ok('None: see portal-tls.');
    try {
      const [read, key] = [
        new X509Certificate(readFileSync(tlsCertificateFile)),
        createPrivateKey(readFileSync(tlsKeyFile)),
      ];
      if (!read.checkPrivateKey(key))
        return error(
          `${tlsKeyFile} is not the key of ${tlsCertificateFile}.`,
          'Name the two files that belong together.',
        );
      const until = Date.parse(read.validTo);
      const leftMs = until - now();
      if (Date.parse(read.validFrom) > now()) return error(`It is valid only from ${read.validFrom} on.`);
      if (leftMs <= 0) return error(`It has expired on ${read.validTo}.`);
      const host = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
      if (host !== undefined && read.checkHost(host) === undefined && read.checkIP(host) === undefined)
        return error(`It does not name ${host}, which portal.publicUrl says.`);
      const facts = `It expires in ${printDuration(leftMs)} (${read.validTo}).`;
      if (leftMs < expiryErrorMs) return error(facts);
      return leftMs < expiryWarningMs ? warning(facts) : ok(facts);
    } catch (thrown) {
      return error(`It cannot be used: ${messageOf(thrown)}.`);
    }
  },
};

export const keyChecks: readonly Check[] = [hostKeys, secretFiles, certificate];
