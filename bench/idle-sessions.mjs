// A thread of `bench guard`: sessions that sign in, open SFTP, and say nothing more.

import { parentPort, workerData } from 'node:worker_threads';
import { openSession } from './ssh-session.mjs';

const { server, amount, address } = workerData;
const sessions = [];
for (let index = 0; index < amount; index += 1) sessions.push(await openSession(server, address));
parentPort.postMessage(sessions.length);
