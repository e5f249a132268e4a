// How the demo tells what it does: each step with what came of it and how long it took.

import { createOutput, printable } from './output.ts';

export interface DemoSteps {
  /** Does a step. @returns what `work` gives first; what it gives second is told */
  run<Result>(title: string, work: () => Promise<readonly [Result, string]>): Promise<Result>;
  explain(title: string, lines: readonly string[]): void;
  note(text: string): void;
  /** Everything held. */
  end(): void;
}

export function createDemoSteps(options: { readonly json: boolean }): DemoSteps {
  const startedAtMs = performance.now();
  const told: { step: string; outcome: string; durationMs: number }[] = [];
  const explained: { file: string; acknowledgement: readonly string[] }[] = [];
  const say = (text: string): void => {
    if (!options.json) process.stdout.write(`${text}\n`);
  };
  say('Claimgate demo: the main job from portal to 999\n');
  return {
    async run(title, work) {
      const beganAtMs = performance.now();
      const [result, outcome] = await work();
      const durationMs = Math.round(performance.now() - beganAtMs);
      told.push({ step: title, outcome, durationMs });
      say(
        `${String(told.length).padStart(3)}. ${title}\n     ${outcome}  (${(durationMs / 1000).toFixed(2)} s)`,
      );
      return result;
    },
    explain(title, lines) {
      explained.push({ file: title, acknowledgement: lines });
      say(`\n     ${title}`);
      for (const line of lines) say(`       ${printable(line)}`);
    },
    note: say,
    end() {
      const durationMs = Math.round(performance.now() - startedAtMs);
      createOutput(options).result({ ok: true, durationMs, steps: told, acknowledgements: explained }, () =>
        [
          '',
          `All of it held, in ${(durationMs / 1000).toFixed(1)} s.`,
          '',
          'Now your own: `npm start` runs the gateway on loopback (SFTP 2022, portal http://127.0.0.1:8080/), and',
          '  npm run -s claimgate -- partner add my-clinic --name "My Clinic" --submitter-id SUBMITTER',
          '  npm run -s claimgate -- user add my.name --partner my-clinic --first-name My --last-name Name --email me@example.org',
          'add whom it serves.',
        ].join('\n'),
      );
    },
  };
}
