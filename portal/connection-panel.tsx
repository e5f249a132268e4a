// What a partner needs to connect, for the person and for the person's SFTP tool.

import { clientCommands } from './client-commands.ts';
import { Copyable } from './copyable.tsx';
import type { ConnectionFacts } from './portal-settings.ts';

export function ConnectionPanel(props: { readonly connection: ConnectionFacts; readonly userId: string }) {
  const { connection, userId } = props;
  const { host, port, fingerprints, knownHosts } = connection;
  return (
    <section class="cg-panel" aria-labelledby="connection">
      <h2 class="cg-panel__heading" id="connection">
        HOW TO CONNECT
      </h2>
      <div class="cg-panel__body">
        <dl class="cg-facts">
          <dt>Host</dt>
          <dd>{host}</dd>
          <dt>Port</dt>
          <dd>{port}</dd>
          <dt>Protocol</dt>
          <dd>SFTP (SSH file transfer protocol); not FTP, not FTPS</dd>
          <dt>User name</dt>
          <dd>{userId}</dd>
          <dt>Password</dt>
          <dd>The one that you did the last setup or update with, or your registered key</dd>
          <dt>Folders</dt>
          <dd>
            <strong>/inbound</strong>: put your files here. <strong>/outbound</strong>: fetch acknowledgments
            and other files here.
          </dd>
        </dl>
        <h3>Host key fingerprints</h3>
        <p>
          When your SFTP tool connects for the first time, it shows one of these. If it shows another, do not
          go on.
        </p>
        <dl class="cg-facts">
          {fingerprints.map((key) => (
            <>
              <dt>{key.algorithm}</dt>
              <dd>
                <code class="cg-code">{key.sha256}</code>
              </dd>
            </>
          ))}
        </dl>
        <h3>Lines for the known_hosts file</h3>
        <Copyable id="known-hosts" what="the known_hosts lines" text={knownHosts.join('\n')} />
        <h3>Command lines</h3>
        <dl class="cg-command">
          {clientCommands({ host, port, userId }).map(({ id, client, command }) => (
            <>
              <dt>{client}</dt>
              <dd>
                <Copyable id={`command-${id}`} what={`the command for ${client}`} text={command} />
              </dd>
            </>
          ))}
        </dl>
      </div>
    </section>
  );
}
