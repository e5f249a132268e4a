// `claimgate doctor`: looks at everything that can be wrong, running or stopped, whole or broken, and says what to do.

import type { CommandModule } from 'yargs';
import { readClientOffer, readLastFailure } from './doctor-client.ts';
import { diagnose, printDiagnosis, printDoctorReference } from './doctor-report.ts';
import { openScene } from './doctor-scene.ts';
import type { GlobalOptions } from './global-options.ts';
import { createOutput } from './output.ts';

interface DoctorOptions extends GlobalOptions {
  readonly 'client-offer'?: string | undefined;
  readonly log?: string | undefined;
  readonly reference: boolean;
}

export const doctorCommand: CommandModule<GlobalOptions, DoctorOptions> = {
  command: 'doctor',
  describe: 'Look at everything that can be wrong, and say what to do; exit 1 when something is',
  builder: (yargs) =>
    yargs
      .option('client-offer', {
        type: 'string',
        requiresArg: true,
        describe: 'File with what a client offers that cannot connect: kex, hostKey, cipher, mac',
      })
      .option('log', {
        type: 'string',
        requiresArg: true,
        describe: 'Log whose last failed negotiation is explained, instead of log.file',
      })
      .option('reference', {
        type: 'boolean',
        default: false,
        describe: 'Print what is looked at (Markdown), and look at nothing',
      })
      .conflicts('client-offer', 'log')
      .example('$0 doctor', 'before the first start, after an upgrade, when something is strange')
      .example('$0 doctor --json', 'for monitoring: exit 0 all is well or warns, 1 errors')
      .example('$0 doctor --log /var/log/claimgate.log', 'why a partner’s client cannot connect'),
  handler: async (options) => {
    const output = createOutput(options);
    if (options.reference) {
      output.result({ reference: printDoctorReference() }, printDoctorReference);
      return;
    }
    const offer = options['client-offer'];
    const client =
      offer !== undefined
        ? readClientOffer(offer)
        : options.log !== undefined
          ? readLastFailure(options.log)
          : undefined;
    const scene = await openScene(options, client);
    try {
      const all = await diagnose(scene);
      const errors = all.filter(({ verdict }) => verdict === 'error').length;
      output.result({ ok: errors === 0, checks: all }, () => printDiagnosis(all));
      if (errors > 0) process.exitCode = 1;
    } finally {
      await scene.database?.close();
    }
  },
};
