// A thread of `bench guard`: clients that each upload a file with many WRITEs under way at once. It says when all files
// are open, begins when it is told to, and says when all are closed.

import { parentPort, workerData } from 'node:worker_threads';
import { openSession } from './ssh-session.mjs';

const { server, amount, bytes } = workerData;
const chunk = Buffer.alloc(32 * 1024, 'x');
const pipeline = 64;
const sessions = [];
for (let index = 0; index < amount; index += 1) sessions.push(await openSession(server, '127.0.0.3'));
const files = await Promise.all(
  sessions.map(async (sftp, index) => ({
    sftp,
    handle: await call(sftp, 'open', `/inbound/pipelined-${index}.bin`, 'w'),
  })),
);
parentPort.once('message', async () => {
  await Promise.all(files.map(upload));
  parentPort.postMessage('done');
});
parentPort.postMessage('ready');

function call(sftp, method, ...args) {
  return new Promise((resolve, reject) =>
    sftp[method](...args, (error, result) => (error ? reject(error) : resolve(result))),
  );
}

async function upload({ sftp, handle }) {
  let offset = 0;
  const lane = async () => {
    while (offset < bytes) {
      const at = offset;
      offset += chunk.length;
      await call(sftp, 'write', handle, chunk, 0, chunk.length, at);
    }
  };
  await Promise.all(Array.from({ length: pipeline }, lane));
  await call(sftp, 'close', handle);
}
