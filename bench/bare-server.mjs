// What is left when a server does nothing: ssh2's server, which Claimgate is built on, answers OK to every request and keeps
// nothing. No journal, no file, no rights. What Claimgate takes longer than this is its own; the rest is Node's, ssh2's and
// the client's. `bench -- sftp --peers openssh,bare --only 'files of'`; it can be sent files, and no more.
//
// As `durable` it does the least with which the OK to a CLOSE is true: SHA-256, one append to one file, one sync that all
// who wait share, past Linux's memory for files. No server on ssh2 that keeps its word can be faster than this one, whatever
// else it leaves out.
//
// Run by itself: node bare-server.mjs HOSTKEY PORTFILE [LOG]

import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  write,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import ssh2 from 'ssh2';
import { productNodeOptions } from './node-options.mjs';

// draft-ietf-secsh-filexfer-02 section 3.
const [init, version, open, close, written, lstat, realpath, stat] = [1, 2, 3, 4, 6, 7, 16, 17];
const [status, handle, names] = [101, 102, 104];
const noSuchFile = 2;

/** Starts it as a process of its own; the caller closes it. */
export const startBare = (root, { keyFile }) => start(root, { keyFile, name: 'ssh2 alone' });

/** The same, as the one that syncs. */
export const startDurable = (root, { keyFile }) =>
  start(root, { keyFile, name: 'ssh2 and a sync', log: join(root, 'received.log') });

async function start(root, { keyFile, name, log }) {
  const [hostKey, portFile] = [join(root, 'bare_host_key'), join(root, 'bare_port')];
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
  const program = [...productNodeOptions, fileURLToPath(import.meta.url), hostKey, portFile];
  if (log !== undefined) program.push(log);
  const child = spawn(process.execPath, program, { stdio: 'inherit' });
  while (!existsSync(portFile)) {
    if (child.exitCode !== null) throw new Error(`The bare server ended with ${child.exitCode}.`);
    await sleep(20);
  }
  return {
    name,
    pid: child.pid,
    host: '127.0.0.1',
    port: Number(readFileSync(portFile, 'utf8')),
    user: 'anyone',
    folder: '/inbound',
    keyFile,
    takesFilesAlone: true,
    settled: async () => undefined,
    forget: () => undefined,
    close: async () => void child.kill(),
  };
}

function serve(hostKey, portFile, log) {
  const keep = log === undefined ? undefined : openKeep(log);
  const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => context.accept());
    client.on('ready', () => {
      client.setNoDelay(true);
      client.on('session', (accept) => {
        accept().on('subsystem', (acceptChannel) => answerEverything(acceptChannel(), keep));
      });
    });
  });
  server.listen(0, '127.0.0.1', () => {
    // At once, so that whoever waits for the file finds it whole.
    writeFileSync(`${portFile}.new`, String(server.address().port));
    renameSync(`${portFile}.new`, portFile);
  });
}

/** @param keep makes bytes durable, and then calls back; without it nothing is kept */
function answerEverything(channel, keep) {
  let rest = Buffer.alloc(0);
  let file = [];
  channel.on('data', (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const replies = [];
    let at = 0;
    while (bytes.length - at >= 4 && bytes.length - at - 4 >= bytes.readUInt32BE(at)) {
      const end = at + 4 + bytes.readUInt32BE(at);
      const [type, id] = [bytes[at + 4], bytes.subarray(at + 5, at + 9)];
      if (type === written && keep !== undefined) file.push(dataOf(bytes.subarray(at + 9, end)));
      if (type === close && keep !== undefined) {
        const reply = replyTo(type, id);
        keep(Buffer.concat(file), () => channel.write(reply));
        file = [];
      } else replies.push(replyTo(type, id));
      at = end;
    }
    rest = Buffer.from(bytes.subarray(at));
    if (replies.length > 0) channel.write(Buffer.concat(replies));
  });
  channel.on('end', () => {
    channel.exit(0);
    channel.end();
  });
}

/** Of a WRITE after its id: handle, offset, length, and what is asked for here. */
function dataOf(fields) {
  return Buffer.from(fields.subarray(4 + fields.readUInt32BE(0) + 8 + 4));
}

const blockBytes = 4096;
const logBytes = 24 * 1024 * 1024;
const roundBytes = 2 * 1024 * 1024;

/** @returns what puts bytes behind those before, and calls back when they are on the disk; round and round in one file */
function openKeep(log) {
  const there = openSync(log, 'wx', 0o600);
  writeSync(there, Buffer.alloc(logBytes));
  fsyncSync(there);
  const direct = openSync(log, constants.O_WRONLY | constants.O_DIRECT | constants.O_DSYNC);
  // Of WebAssembly, since that begins at a block.
  const memory = Buffer.from(new WebAssembly.Memory({ initial: roundBytes / 65536 }).buffer);
  let waiting = [];
  let isWriting = false;
  let at = 0;
  const round = () => {
    const files = waiting;
    waiting = [];
    isWriting = true;
    let filled = 0;
    for (const { bytes, sha256 } of files) {
      filled += sha256.copy(memory, filled);
      filled += bytes.copy(memory, filled);
    }
    const whole = Math.ceil(filled / blockBytes) * blockBytes;
    if (at + whole > logBytes) at = 0;
    write(direct, memory, 0, whole, at, (fault) => {
      if (fault !== null) throw fault;
      isWriting = false;
      for (const { kept } of files) kept();
      if (waiting.length > 0 && !isWriting) round();
    });
    at += whole;
  };
  return (bytes, kept) => {
    waiting.push({ bytes, sha256: createHash('sha256').update(bytes).digest(), kept });
    if (!isWriting) round();
  };
}

/** @param id of the request, as it came */
function replyTo(type, id) {
  switch (type) {
    case init:
      return packet(version, uint32(3));
    case open:
      return packet(handle, id, string('1'));
    case realpath:
      return packet(names, id, uint32(1), string('/'), string('/'), uint32(0));
    case stat:
    case lstat:
      return packet(status, id, uint32(noSuchFile), string('no'), string(''));
    default:
      return packet(status, id, uint32(0), string(''), string(''));
  }
}

function packet(type, ...fields) {
  const body = Buffer.concat([Buffer.from([type]), ...fields]);
  return Buffer.concat([uint32(body.length), body]);
}

function uint32(value) {
  const field = Buffer.alloc(4);
  field.writeUInt32BE(value);
  return field;
}

const string = (text) => Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(text)]);

if (process.argv[1] === fileURLToPath(import.meta.url)) serve(...process.argv.slice(2));
