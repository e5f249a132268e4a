// What `claimgate doctor` looks at in the network: the ports that are listened on, and the mail server.

import { readFileSync } from 'node:fs';
import { createServer, connect as openSocket, type Socket } from 'node:net';
import { connect as openTls } from 'node:tls';
import { type Check, error, type Finding, messageOf, ok, type Scene, warning } from './doctor-check.ts';

interface Place {
  readonly setting: string;
  readonly role: string;
  readonly host: string;
  readonly port: number;
}

/** Longer than a listener on this machine takes to greet, in milliseconds. */
const greetingMs = 3000;

function placesOf({ config, now }: Scene): readonly Place[] {
  const { sftp, portal, api } = config;
  const today = new Date(now()).toISOString().slice(0, 10);
  const open = sftp.listeners.filter(({ until }) => until === undefined || until > today);
  return [
    { setting: 'sftp.port', role: 'sftp', host: sftp.host, port: sftp.port },
    ...open.map(({ name, host, port }) => ({ setting: `sftp.listeners ${name}`, role: 'sftp', host, port })),
    { setting: 'portal.port', role: 'portal', host: portal.host, port: portal.port },
    { setting: 'api.port', role: 'api', host: api.host, port: api.port ?? 0 },
  ].filter(({ role, port }) => port !== 0 && config.roles.some((one) => one === role));
}

const ports: Check = {
  id: 'ports',
  looksAt: 'whether each port is free, or answered by our own running process',
  cure: 'see who has it (ss -ltnp), stop that, or choose another port; below 1024 use AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit',
  needs: 'config',
  async run(scene) {
    const findings = await Promise.all(
      placesOf(scene).map((place) => (scene.running.has(place.role) ? answered(place) : free(place))),
    );
    return findings.length > 0 ? findings : ok('None is fixed.');
  },
};

async function answered(place: Place): Promise<Finding> {
  const where = `${place.host}:${place.port} (${place.setting})`;
  const greeting = await greet(place);
  if (greeting.kind === 'refused')
    return error(
      `The role ${place.role} is running, and ${where} does not answer: ${greeting.why}.`,
      'Restart the gateway; it may be running with another configuration than this one.',
    );
  const strange = place.role === 'sftp' && !greeting.text.startsWith('SSH-2.0-');
  return strange
    ? error(`${where} is answered by something that is not SSH.`)
    : ok(`${where} is answered by the running gateway.`);
}

type Greeting =
  | { readonly kind: 'ok'; readonly text: string }
  | { readonly kind: 'refused'; readonly why: string };

/** An address that everything listens on is reached by the loopback address. */
const reachable = (host: string): string => (host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host);

/** Connects, and reads the first line where the other side speaks first. */
function greet({ host, port, role }: Place): Promise<Greeting> {
  const socket = openSocket({ host: reachable(host), port });
  return firstWords(socket, role === 'sftp' ? 'data' : 'connect');
}

function firstWords(socket: Socket, event: 'data' | 'connect' | 'secureConnect'): Promise<Greeting> {
  return new Promise((resolve) => {
    const end = (greeting: Greeting): void => {
      socket.destroy();
      resolve(greeting);
    };
    socket.setTimeout(greetingMs, () => end({ kind: 'refused', why: 'no answer in time' }));
    socket.once(event, (chunk?: Buffer) => end({ kind: 'ok', text: chunk?.toString('latin1') ?? '' }));
    socket.once('error', (thrown) => end({ kind: 'refused', why: messageOf(thrown) }));
    socket.once('close', () => end({ kind: 'refused', why: 'closed at once' }));
  });
}

function free({ setting, host, port }: Place): Promise<Finding> {
  const where = `${host}:${port} (${setting})`;
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (thrown) => resolve(whyNot(thrown, where)));
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => resolve(ok(`${where} is free.`)));
    });
  });
}

function whyNot(thrown: Error, where: string): Finding {
  switch ('code' in thrown ? thrown.code : undefined) {
    case 'EADDRINUSE':
      return error(`${where} is taken by another program.`);
    case 'EACCES':
      return error(`${where} may not be listened on by this user.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return error(
        `${where}: this machine has no such address.`,
        'Listen on an address of this machine, or on 0.0.0.0.',
      );
    default:
      return error(`${where}: ${messageOf(thrown)}.`);
  }
}

const mailServer: Check = {
  id: 'mail-server',
  looksAt:
    'whether the mail server can be reached (and with TLS from the start, whether its certificate is good)',
  cure: 'check mail.smtp.host, mail.smtp.port and the way there; mails wait in the queue and are sent when it answers',
  needs: 'config',
  async run({ config, directory }) {
    const { host, port, tls, caFile } = config.mail.smtp;
    if (host === undefined)
      return warning(
        `There is none: mails are written into ${directory.root}/mail.`,
        'Set mail.smtp.host, so that invitations and codes reach people.',
      );
    const where = `${host}:${port}`;
    const greeting =
      tls === 'implicit'
        ? await firstWords(
            openTls({
              host,
              port,
              servername: host,
              ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
            }),
            'data',
          )
        : await firstWords(openSocket({ host, port }), 'data');
    if (greeting.kind === 'refused') return error(`${where} cannot be reached: ${greeting.why}.`);
    // RFC 5321 section 4.2: 220 is the greeting of a server that is ready.
    return greeting.text.startsWith('220')
      ? ok(`${where} answers.`)
      : error(`${where} does not greet as a mail server does.`);
  },
};

export const networkChecks: readonly Check[] = [ports, mailServer];
