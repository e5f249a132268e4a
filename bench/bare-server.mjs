// What is left when a server does nothing: ssh2's server, which Claimgate is built on, answers OK to every request and keeps
// nothing. No journal, no file, no rights. What Claimgate takes longer than this is its own; the rest is Node's, ssh2's and
// the client's. `bench -- sftp --peers openssh,bare --only 'files of'`; it can be sent files, and no more.
//
// Run by itself: node bare-server.mjs HOSTKEY PORTFILE

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import ssh2 from 'ssh2';
import { productNodeOptions } from './node-options.mjs';

// draft-ietf-secsh-filexfer-02 section 3.
const [init, version, open, lstat, realpath, stat] = [1, 2, 3, 7, 16, 17];
const [status, handle, names] = [101, 102, 104];
const noSuchFile = 2;

/** Starts it as a process of its own; the caller closes it. */
export async function startBare(root, { keyFile }) {
  const [hostKey, portFile] = [join(root, 'bare_host_key'), join(root, 'bare_port')];
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
  const program = [...productNodeOptions, fileURLToPath(import.meta.url), hostKey, portFile];
  const child = spawn(process.execPath, program, { stdio: 'inherit' });
  while (!existsSync(portFile)) {
    if (child.exitCode !== null) throw new Error(`The bare server ended with ${child.exitCode}.`);
    await sleep(20);
  }
  return {
    name: 'ssh2 alone',
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

function serve(hostKey, portFile) {
  const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => context.accept());
    client.on('ready', () => {
      client.setNoDelay(true);
      client.on('session', (accept) => {
        accept().on('subsystem', (acceptChannel) => answerEverything(acceptChannel()));
      });
    });
  });
  server.listen(0, '127.0.0.1', () => {
    // At once, so that whoever waits for the file finds it whole.
    writeFileSync(`${portFile}.new`, String(server.address().port));
    renameSync(`${portFile}.new`, portFile);
  });
}

function answerEverything(channel) {
  let rest = Buffer.alloc(0);
  channel.on('data', (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const replies = [];
    let at = 0;
    while (bytes.length - at >= 4 && bytes.length - at - 4 >= bytes.readUInt32BE(at)) {
      replies.push(replyTo(bytes[at + 4], bytes.subarray(at + 5, at + 9)));
      at += 4 + bytes.readUInt32BE(at);
    }
    rest = Buffer.from(bytes.subarray(at));
    if (replies.length > 0) channel.write(Buffer.concat(replies));
  });
  channel.on('end', () => {
    channel.exit(0);
    channel.end();
  });
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

if (process.argv[1] === fileURLToPath(import.meta.url)) serve(process.argv[2], process.argv[3]);
