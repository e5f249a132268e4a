// What `bench sftp` measures. A scene does one thing to one server and tells how fast it was; every server gets the
// same client, the same files and the same cipher.

import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openSftp } from './sftp-client.mjs';

const mib = 1024 * 1024;

/** @typedef {{ root: string, files: import('./sftp-files.mjs').BenchFiles, sizes: Record<string, number>, run: number }} Job */

/**
 * @returns the scenes by name: `does(server, job)` resolves with `value` in `unit` (more is better) and, where bytes are
 *   moved, `movedMib`; one that `usesMemory` fills the page cache; `check`, where there is one, throws when what was done was wrong
 */
export function scenesOf({ ciphers, sizes }) {
  const { bigMib, streams, smallFiles, stats, logins } = sizes;
  const scenes = ciphers.flatMap((cipher) => [
    {
      name: `put ${bigMib} MiB, ${cipher}`,
      unit: 'MiB/s',
      usesMemory: true,
      does: (server, job) => putBig(server, { ...job, cipher }),
    },
    {
      name: `get ${bigMib} MiB, ${cipher}`,
      unit: 'MiB/s',
      does: (server, job) => getBig(server, { ...job, cipher }),
    },
  ]);
  const [cipher] = ciphers;
  const small = `${smallFiles} files of 20 KB`;
  const ofSmall = (clients, command) => (server, job) =>
    putSmall(server, { ...job, cipher, clients, command });
  scenes.push(
    {
      name: `put, ${streams} clients at once`,
      unit: 'MiB/s',
      usesMemory: true,
      does: (server, job) => putStreams(server, { ...job, cipher }),
    },
    {
      name: `get, ${streams} clients at once`,
      unit: 'MiB/s',
      does: (server, job) => getStreams(server, { ...job, cipher }),
    },
    {
      name: `put ${small}, 1 client`,
      unit: 'files/s',
      does: ofSmall(1, 'put'),
      peerAlso: ofSmall(1, 'put -f'),
    },
    {
      name: `put ${small}, 8 clients`,
      unit: 'files/s',
      does: ofSmall(8, 'put'),
      peerAlso: ofSmall(8, 'put -f'),
    },
    {
      name: `${stats} looks at a file`,
      unit: 'looks/s',
      does: (server, job) => lookAtFile(server, { ...job, cipher }),
    },
    {
      name: `${logins} logins by key, 1 at a time`,
      unit: 'logins/s',
      does: (server, job) => signIn(server, { ...job, by: 'key', atOnce: 1 }),
    },
    {
      name: `${logins} logins by key, 4 at once`,
      unit: 'logins/s',
      does: (server, job) => signIn(server, { ...job, by: 'key', atOnce: 4 }),
    },
    {
      name: `${logins} logins by password, 4 at once`,
      unit: 'logins/s',
      needsPassword: true,
      does: (server, job) => signIn(server, { ...job, by: 'password', atOnce: 4 }),
    },
  );
  return scenes;
}

async function putBig(server, { root, files, sizes, run, cipher }) {
  const client = await openSftp(server, { root, cipher });
  const seconds = await client.run([`put ${files.big} ${server.folder}/big-${run}.bin`]);
  return { value: sizes.bigMib / seconds, movedMib: sizes.bigMib };
}

/**
 * The file that was put before it. What arrives is dropped: to keep a gigabyte in memory took the client more CPU than the
 * rest of the way together, and so measured the client.
 */
async function getBig(server, { root, files, sizes, run, cipher }) {
  const name = `${server.folder}/big-${run}.bin`;
  const client = await openSftp(server, { root, cipher });
  const seconds = await client.run([`get ${name} /dev/null`]);
  return {
    value: sizes.bigMib / seconds,
    movedMib: sizes.bigMib,
    /** Not in the time: what came back is what was sent. */
    check: async () => {
      const down = join(files.folder, 'down');
      await (await openSftp(server, { root, cipher })).run([`get ${name} ${down}`]);
      const found = await hashOf(down);
      rmSync(down);
      if (found !== files.bigSha256) throw new Error(`${server.name}: the bytes that came back differ.`);
    },
  };
}

async function putStreams(server, { root, files, sizes, run, cipher }) {
  const commands = files.streams.map((file, index) => [
    `put ${file} ${server.folder}/stream-${run}-${index}.bin`,
  ]);
  return {
    value: sizes.bigMib / (await allAtOnce(server, { root, cipher, commands })),
    movedMib: sizes.bigMib,
  };
}

async function getStreams(server, { root, files, sizes, run, cipher }) {
  const commands = files.streams.map((_, index) => [
    `get ${server.folder}/stream-${run}-${index}.bin /dev/null`,
  ]);
  const seconds = await allAtOnce(server, { root, cipher, commands });
  return { value: sizes.bigMib / seconds, movedMib: sizes.bigMib };
}

/** Each file under a name of its own, one command a file, as a client's script does it. */
async function putSmall(server, { root, files, sizes, run, cipher, clients, command }) {
  const perClient = Math.floor(sizes.smallFiles / clients);
  const mark = command === 'put' ? '' : 'f';
  const commands = Array.from({ length: clients }, (_, client) =>
    files.small
      .slice(client * perClient, (client + 1) * perClient)
      .map(
        (file, index) =>
          `${command} ${file} ${server.folder}/small${mark}-${run}-${clients}-${client}-${index}.edi`,
      ),
  );
  return { value: (perClient * clients) / (await allAtOnce(server, { root, cipher, commands })) };
}

/** `ls` of one name: the client asks for its attributes. */
async function lookAtFile(server, { root, files, sizes, run, cipher }) {
  const name = `${server.folder}/look-${run}.edi`;
  await (await openSftp(server, { root, cipher })).run([`put ${files.small[0]} ${name}`]);
  const client = await openSftp(server, { root, cipher });
  const seconds = await client.run(Array.from({ length: sizes.stats }, () => `ls ${name}`));
  return { value: sizes.stats / seconds };
}

/** From the start of the client to its end, with the subsystem opened: what a script does that signs in for one file. */
async function signIn(server, { root, sizes, by, atOnce }) {
  const beganAtMs = performance.now();
  let left = sizes.logins;
  const one = async () => {
    while (left > 0) {
      left -= 1;
      await (await openSftp(server, { root, by })).run(['bye']);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return { value: (sizes.logins * 1000) / (performance.now() - beganAtMs) };
}

/** @returns the seconds from the first command of all clients, which have signed in, to the end of the last */
async function allAtOnce(server, { root, cipher, commands }) {
  const clients = [];
  for (const own of commands) clients.push({ own, client: await openSftp(server, { root, cipher }) });
  const beganAtMs = performance.now();
  await Promise.all(clients.map(({ client, own }) => client.run(own)));
  return (performance.now() - beganAtMs) / 1000;
}

export async function hashOf(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: mib })) hash.update(chunk);
  return hash.digest('hex');
}
