// ssh2's client, for the tests: connecting, and its callbacks as promises.

import ssh2, { type Client, type ClientChannel, type ConnectConfig, type SFTPWrapper } from 'ssh2';
import type { Test } from 'tap';
import type { SftpServer } from '../../../server/sftp-server.ts';
import { password, userName } from './start-server.ts';

/**
 * Signs in; with nothing said, with the right password.
 * @throws Error when the server refuses or hangs up
 */
export async function signIn(t: Test, server: SftpServer, config: ConnectConfig = {}): Promise<Client> {
  const client = new ssh2.Client();
  t.teardown(() => client.destroy());
  await new Promise<void>((resolve, reject) => {
    client.on('ready', resolve);
    client.on('error', reject);
    client.on('close', () => reject(new Error('The server hung up.')));
    client.connect({ host: server.host, port: server.port, username: userName, password, ...config });
  });
  return client;
}

export function openSftp(client: Client): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.sftp((error, sftp) => (error === undefined ? resolve(sftp) : reject(error)));
  });
}

export function execute(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error === undefined ? resolve(channel) : reject(error)));
  });
}

/** Turns `f(..., callback)` into a promise. */
export function done<Result>(
  start: (callback: (error?: Error | null, result?: Result) => void) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result as Result)));
  });
}

/** Waits until the connection is gone. */
export function closed(client: Client): Promise<void> {
  return new Promise((resolve) => {
    client.once('close', () => resolve());
  });
}
