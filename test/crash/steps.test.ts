// SIGKILL right after each step that the gateway makes on the disk and in the database, each by its name; the steps are
// found by a run that is left alone. CRASH_STEPS says how many of them, chosen by the seed; left out: all.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { seededRandom } from '../support/seeded-random.ts';
import { whyNotBuilt } from '../support/serve-process.ts';
import { within } from '../support/until.ts';
import {
  checkNothingIsLost,
  openCrashHouse,
  readSteps,
  sendAll,
  stepsFile,
  waitForAdoption,
  waitUntilSettled,
} from './scene.ts';

const preload = ['--import', fileURLToPath(new URL('../support/kill-at-step.mjs', import.meta.url))];
const most = Number(process.env['CRASH_STEPS'] ?? 6);
/** Of a step that is made again and again, the first and the second time are tried. */
const occurrences = 2;
const perStepMs = 30_000;
t.setTimeout(480_000 + 2 * most * perStepMs);

for (const [by, receiveLogFiles] of [
  ['at once', 0],
  ['by the receive log', 1],
] as const)
  t.test(
    `small files taken ${by}, killed after each named step: nothing is lost, nothing is answered twice`,
    { skip: whyNotBuilt() },
    async (t) => {
      const house = await openCrashHouse(t, { receiveLogFiles: () => receiveLogFiles });
      const killFile = join(house.root, 'kill-at-step.json');
      const random = seededRandom(process.env['CRASH_SEED']);
      t.comment(`CRASH_SEED=${random.seed}`);
      // Whoever signs in by the browser does it once, in the first run: of the second one all will be made again.
      for (const label of ['first', 'whole']) {
        rmSync(stepsFile(house.root), { force: true });
        const whole = await house.start(preload);
        await sendAll(t, house, whole, label);
        await waitForAdoption(house);
        await waitUntilSettled(house);
        t.equal(await whole.stop(), 0);
      }
      const moments = [...readSteps(house.root)]
        .flatMap(([step, count]) =>
          Array.from({ length: Math.min(count, occurrences) }, (_, at) => ({ step, occurrence: at + 1 })),
        )
        .map((moment) => ({ moment, order: random.below(1_000_000) }))
        .sort((one, other) => one.order - other.order)
        .map(({ moment }) => moment);
      t.ok(moments.length > 20, `${moments.length} moments are known`);
      const missed: string[] = [];
      for (const [index, moment] of moments.slice(0, most).entries()) {
        const label = `${moment.step} (${moment.occurrence})`;
        writeFileSync(killFile, JSON.stringify(moment));
        // A step of the start itself ends it before it serves.
        const serve = await house.start(preload).catch(() => undefined);
        if (serve === undefined) continue;
        await sendAll(t, house, serve, `s${index}`);
        const died = await within(label, serve.ended, perStepMs).then(
          () => true,
          () => false,
        );
        if (!died) {
          missed.push(label);
          await serve.kill();
        }
        t.comment(`killed after: ${label}`);
      }
      rmSync(killFile);
      const last = await house.start();
      await waitForAdoption(house);
      await waitUntilSettled(house);
      await checkNothingIsLost(t, house);
      // Which transactions there are depends on what comes together: of them one may not come again.
      t.strictSame(
        missed.filter((label) => !label.startsWith('commit ')),
        [],
        'each step on the disk was met',
      );
      t.comment(`commits that did not come again: ${missed.length}`);
      t.equal(await last.stop(), 0);
    },
  );
