// One session of the bench's own client.

import { Client } from 'ssh2';

/** Signs in from a given loopback address. @returns ssh2's SFTP client with `end()` for the whole connection */
export function openSession({ host, port, user, password }, localAddress) {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.once('error', reject);
    client.once('ready', () =>
      client.sftp((error, sftp) => {
        if (error) reject(error);
        else resolve(Object.assign(sftp, { end: () => client.end() }));
      }),
    );
    client.connect({
      host,
      port,
      username: user,
      password,
      localAddress,
      keepaliveInterval: 0,
    });
  });
}

/** @returns the milliseconds of each of so many STATs, one after the other */
export async function roundTrips(sftp, count) {
  const times = [];
  for (let index = 0; index < count; index += 1) {
    const beganAtMs = performance.now();
    await new Promise((resolve, reject) =>
      sftp.stat('/inbound', (error) => (error ? reject(error) : resolve())),
    );
    times.push(performance.now() - beganAtMs);
  }
  return times;
}
