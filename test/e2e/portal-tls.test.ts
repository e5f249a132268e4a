// The portal's own TLS: a renewed certificate is taken up while connections go on, and one that does not fit is not.

import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { test } from 'tap';
import { startTestGateway } from '../support/gateway.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const openssl = '/usr/bin/openssl';
const skip = existsSync(openssl) ? false : `no ${openssl}`;

/** Makes a certificate of this name in place of the one that is there. */
function renew(folder: string, name: string): { readonly certificate: string; readonly key: string } {
  const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const made = ['-keyout', `${files.key}.new`, '-out', `${files.certificate}.new`, '-subj', `/CN=${name}`];
  execFileSync(openssl, ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-days', '2', ...made], {
    stdio: 'ignore',
  });
  for (const file of Object.values(files)) renameSync(`${file}.new`, file);
  return files;
}

/** @returns the name in the certificate that a new connection is shown */
function nameShown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      const { CN } = socket.getPeerCertificate().subject;
      socket.end();
      resolve(String(CN));
    });
    socket.on('error', reject);
  });
}

function statusOver(agent: Agent, port: number): Promise<{ status: number | undefined; reused: boolean }> {
  return new Promise((resolve, reject) => {
    const options = { agent, port, host: '127.0.0.1', path: '/healthz' };
    const request = httpsRequest(options, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, reused: request.reusedSocket }));
    });
    request.on('error', reject);
    request.end();
  });
}

test('a renewed certificate is shown to new connections, and open ones go on', { skip }, async (t) => {
  const folder = makeTestFolder(t);
  const { certificate, key } = renew(folder, 'first.example');
  const { gateway, observations } = await startTestGateway(t, {
    root: folder,
    config: {
      roles: ['portal'],
      // With a certificate of its own it may listen on every address.
      portal: { host: '0.0.0.0', port: 0, tlsCertificateFile: certificate, tlsKeyFile: key },
    },
  });
  const port = gateway.portal?.port ?? 0;
  t.equal(await nameShown(port), 'first.example');
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  t.teardown(() => agent.destroy());
  t.match(await statusOver(agent, port), { status: 200 });

  renew(folder, 'second.example');
  process.emit('SIGHUP', 'SIGHUP');
  t.equal(await nameShown(port), 'second.example');
  t.same(await statusOver(agent, port), { status: 200, reused: true }, 'the connection from before goes on');
  t.ok(observations.some(({ kind }) => kind === 'portal.certificate-loaded'));

  writeFileSync(certificate, 'not a certificate');
  process.emit('SIGHUP', 'SIGHUP');
  await until('a word of it', () =>
    observations.some((one) => one.kind === 'fault' && one.where === 'portal.certificate'),
  );
  t.equal(await nameShown(port), 'second.example', 'what does not fit changes nothing');
  renew(folder, 'third.example');
  process.emit('SIGHUP', 'SIGHUP');
  t.equal(await nameShown(port), 'third.example');
});
