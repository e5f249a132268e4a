// SIGKILL at random moments of a mixed load: uploads, renames, resumes, overwrites, files dropped by programs, over SFTP
// and the file system at once. CRASH_KILLS says how many kills, CRASH_SEED repeats a run.

import t from 'tap';
import { seededRandom } from '../support/seeded-random.ts';
import { whyNotBuilt } from '../support/serve-process.ts';
import { checkNothingIsLost, openCrashHouse, sendAll, waitForAdoption, waitUntilSettled } from './scene.ts';

const kills = Number(process.env['CRASH_KILLS'] ?? 6);
const perKillMs = 20_000;
t.setTimeout(120_000 + kills * perKillMs);
/** After so long a round is over and answered, in milliseconds. */
const latestKillMs = 1_200;

t.test(`killed ${kills} times in the middle of a mixed load`, { skip: whyNotBuilt() }, async (t) => {
  const house = await openCrashHouse(t);
  const random = seededRandom(process.env['CRASH_SEED']);
  t.comment(`CRASH_SEED=${random.seed}`);
  const calm = await house.start();
  await sendAll(t, house, calm, 'calm');
  await calm.kill();
  for (let kill = 1; kill <= kills; kill += 1) {
    const serve = await house.start();
    const delayMs = random.below(latestKillMs);
    const timer = setTimeout(() => void serve.kill(), delayMs);
    await sendAll(t, house, serve, `k${kill}`).catch(() => undefined);
    await serve.ended;
    clearTimeout(timer);
    t.comment(`kill ${kill}: ${delayMs} ms after it served`);
  }
  const last = await house.start();
  await waitForAdoption(house);
  await waitUntilSettled(house);
  await checkNothingIsLost(t, house);
  t.equal(await last.stop(), 0);
});
