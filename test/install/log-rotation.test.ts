// logrotate itself, with the settings of the Debian package, over a gateway that writes: no line is lost.

import { chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { missingProgram, runProgram } from '../support/program.ts';
import { startServe, whyNotBuilt } from '../support/serve-process.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const packaged = new URL('../../packaging/debian/logrotate.conf', import.meta.url).pathname;
const skip = missingProgram('logrotate') || whyNotBuilt();

for (const workers of [1, 2]) {
  test(`logs of ${workers} process(es) are rotated while they are written, and no line is lost`, {
    skip,
  }, async (t) => {
    const folder = makeTestFolder(t);
    const serve = await startServe(t, {
      root: folder,
      name: 'serve',
      config: { roles: ['sftp', 'portal'], sftp: { port: 0, workers } },
    });
    // The settings as they are installed, for this place and this process, each time and not once a day.
    const settings = join(folder, 'logrotate.conf');
    const text = readFileSync(packaged, 'utf8')
      .replace('/var/log/claimgate/*.log', serve.logFile)
      .replace(/^ {2}su .*\n/m, '')
      .replace(/^ {4}if \[ -d .*$/m, `    kill -HUP ${serve.pid}`);
    t.match(text, `kill -HUP ${serve.pid}`);
    writeFileSync(settings, text, { mode: 0o644 });
    mkdirSync(join(folder, 'state'));
    if (process.getuid?.() === 0) chownSync(settings, 0, 0);

    let asked = 0;
    let over = false;
    const asking = (async () => {
      while (!over) {
        await fetch(`http://127.0.0.1:${serve.portalPort}/no-such-page-${asked}`);
        asked += 1;
      }
    })();
    const rotations = 3;
    for (let turn = 1; turn <= rotations; turn += 1) {
      const before = statSync(serve.logFile).ino;
      const rotated = await runProgram(
        'logrotate',
        ['--force', '--state', join(folder, 'state/logrotate'), settings],
        { cwd: folder },
      );
      t.equal(rotated.code, 0, rotated.out);
      const seen = asked;
      await until('the new file is written', () => {
        const now = statSync(serve.logFile, { throwIfNoEntry: false });
        return now !== undefined && now.ino !== before && now.size > 0 && asked > seen + 20;
      });
    }
    over = true;
    await asking;
    t.equal(await serve.stop(), 0);

    const files = readdirSync(folder).filter((name) => name.startsWith('serve.log'));
    t.equal(files.length, rotations + 1, files.join(' '));
    const plain = await Promise.all(
      files.map(async (name) =>
        name.endsWith('.gz')
          ? (await runProgram('gzip', ['-dc', name], { cwd: folder })).out
          : readFileSync(join(folder, name), 'utf8'),
      ),
    );
    const lines = plain
      .join('')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { readonly event: string; readonly path?: string });
    t.equal(
      lines.filter(({ event }) => event === 'portal.request').length,
      asked,
      'one line for each page that was asked for',
    );
    t.equal(lines.filter(({ event }) => event === 'gateway.stopped').length, 1, 'the last line is there');
  });
}
