// Command lines that connect the common SFTP clients, ready to copy. Each asks for the password; none holds it.

/** @see clientCommands */
export interface ClientCommand {
  /** A part of element ids. */
  readonly id: string;
  readonly client: string;
  readonly command: string;
}

/**
 * @param input.userId which holds only letters, digits, dots, hyphens, underscores and @ (domain/ids.ts)
 */
export function clientCommands(input: {
  readonly host: string;
  readonly port: number;
  readonly userId: string;
}): readonly ClientCommand[] {
  const { host, port, userId } = input;
  // An IPv6 address stands in brackets in a URL and in sftp's destination (RFC 3986 section 3.2.2).
  const bracketed = host.includes(':') ? `[${host}]` : host;
  const url = `sftp://${encodeURIComponent(userId)}@${bracketed}:${port}/`;
  return [
    { id: 'openssh', client: 'OpenSSH', command: `sftp -P ${port} ${userId}@${bracketed}` },
    { id: 'winscp', client: 'WinSCP', command: `winscp.exe ${url}` },
    { id: 'filezilla', client: 'FileZilla', command: `filezilla --logontype=ask ${url}` },
    { id: 'lftp', client: 'lftp', command: `lftp -p ${port} -u ${userId} sftp://${bracketed}` },
    { id: 'cyberduck', client: 'Cyberduck (duck)', command: `duck --list ${url}` },
    { id: 'psftp', client: 'PuTTY psftp', command: `psftp -P ${port} -l ${userId} ${host}` },
  ];
}
