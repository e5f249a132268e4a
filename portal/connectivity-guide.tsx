// The connectivity guide: the two ways in, and everything that an SFTP client is asked for.

import { clientCommands } from './client-commands.ts';
import { paths } from './paths.ts';
import type { ConnectionFacts, PortalSettings } from './portal-settings.ts';

interface ConnectivityProps {
  readonly settings: PortalSettings;
  readonly connection: ConnectionFacts;
}

export function ConnectivityGuide({ settings, connection }: ConnectivityProps) {
  const { host, port } = connection;
  return (
    <>
      <p>There are two ways to send and fetch files:</p>
      <ul class="usa-list">
        <li>
          <strong>Batch Transfer</strong>, in the browser: sign in to the {settings.siteName} Secure Portal
          and choose Batch Transfer. There is nothing to install.
        </li>
        <li>
          <strong>SFTP</strong> (SSH file transfer protocol), for programs and larger files. It needs{' '}
          <a href={`${paths.help}#sftp`}>SFTP Account Setup/Update</a> first, and again after each change of
          your {settings.idIssuer} password.
        </li>
      </ul>
      <h2>Connection</h2>
      <dl class="cg-facts">
        <dt>Host</dt>
        <dd>{host}</dd>
        <dt>Port</dt>
        <dd>{port}</dd>
        <dt>User name</dt>
        <dd>Your {settings.idIssuer}</dd>
        <dt>Sign-in</dt>
        <dd>The password of your last setup, or a public key that you registered there</dd>
        <dt>Folders</dt>
        <dd>/inbound for what you send, /outbound for what you fetch</dd>
      </dl>
      <h2>Host key fingerprints</h2>
      <p>
        Your SFTP tool shows one of these when it connects for the first time. If it shows another, do not go
        on.
      </p>
      <dl class="cg-facts">
        {connection.fingerprints.map((key) => (
          <>
            <dt>{key.algorithm}</dt>
            <dd>
              <code class="cg-code">{key.sha256}</code>
            </dd>
          </>
        ))}
      </dl>
      <Algorithms connection={connection} />
      <h2>Tested clients</h2>
      <dl class="cg-command">
        {clientCommands({ host, port, userId: 'YOUR-ID' }).map(({ client, command }) => (
          <>
            <dt>{client}</dt>
            <dd>
              <code class="cg-code">{command}</code>
            </dd>
          </>
        ))}
      </dl>
      <p>
        Tested too: curl, rclone, paramiko, asyncssh, JSch (with the profile for old Java clients),
        Net::SFTP::Foreign, Net::SSH2, net-sftp and phpseclib.
      </p>
    </>
  );
}

function Algorithms({ connection }: Pick<ConnectivityProps, 'connection'>) {
  const { algorithms } = connection;
  const rows = [
    ['Key exchange', algorithms.keyExchange],
    ['Host key', algorithms.hostKey],
    ['Encryption', algorithms.cipher],
    ['Integrity', algorithms.mac],
  ] as const;
  return (
    <>
      <h2>Algorithms</h2>
      <p>At least one of each line must be among those of your SFTP tool. There is no compression.</p>
      <dl class="cg-facts">
        {rows.map(([name, values]) => (
          <>
            <dt>{name}</dt>
            <dd>{values.join(', ')}</dd>
          </>
        ))}
      </dl>
    </>
  );
}
