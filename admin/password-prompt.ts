// Passwords are typed at a prompt that does not show them, or piped in; never given on the command line, where every
// user of the machine could read them.

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandFailure } from './command-failure.ts';

/**
 * Asks for a new password: twice at a terminal, one line from a pipe.
 * @throws CommandFailure (2) when the two differ or nothing was given
 */
export async function askNewPassword(who: string): Promise<string> {
  if (!process.stdin.isTTY) return readPiped();
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    const ask = async (prompt: string): Promise<string> => {
      process.stderr.write(prompt);
      const answer = await reader.question('');
      process.stderr.write('\n');
      return answer;
    };
    const first = await ask(`New password for ${who}: `);
    if (first === '') throw new CommandFailure('No password was given.', 2);
    if ((await ask('The same once more: ')) !== first)
      throw new CommandFailure('The two differ; nothing was changed.', 2);
    return first;
  } finally {
    reader.close();
  }
}

/**
 * Asks for a secret that is there already: once at a terminal, one line from a pipe.
 * @throws CommandFailure (2) when nothing was given
 */
export async function askSecret(prompt: string): Promise<string> {
  if (!process.stdin.isTTY) return readPiped();
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    process.stderr.write(prompt);
    const answer = await reader.question('');
    process.stderr.write('\n');
    if (answer === '') throw new CommandFailure('Nothing was given.', 2);
    return answer;
  } finally {
    reader.close();
  }
}

/** More than any password has; what is longer is not one. */
const maxPipedCharacters = 1024;

async function readPiped(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    text += chunk;
    if (text.length > maxPipedCharacters) throw new CommandFailure('The piped password is too long.', 2);
  }
  const [password = ''] = text.split(/\r?\n/);
  if (password === '') {
    throw new CommandFailure('No password was given. Type it at a terminal, or pipe one line with it.', 2);
  }
  return password;
}
