// `claimgate transmission`: files that were received, and what came of them.

import type { CommandModule } from 'yargs';
import { failureWords } from '../domain/failure.ts';
import type { TransmissionState } from '../domain/transmission.ts';
import {
  listTransmissions,
  showTransmission,
  type Transmission,
  type TransmissionDetail,
} from '../storage/transmission-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printFacts, printTable, printTime } from './output.ts';
import { partnerIdOf, transmissionIdOf } from './parse-id.ts';
import { decideCommands } from './transmission-decide.ts';
import { withCore } from './with-core.ts';

const states = [
  'receiving',
  'interrupted',
  'held',
  'received',
  'processing',
  'answered',
  'quarantined',
  'failed',
  'expired',
  'discarded',
] as const satisfies readonly TransmissionState[];

const shown = (transmission: Transmission) => ({
  id: transmission.id,
  partner: transmission.partnerId,
  user: transmission.userId,
  name: transmission.name,
  source: transmission.source,
  state: transmission.state,
  verdict: transmission.verdict,
  reason: transmission.reason,
  sizeBytes: transmission.sizeBytes,
  sha256: transmission.sha256,
  opened: printTime(transmission.openedAtMs),
  received: printTime(transmission.receivedAtMs),
  answered: printTime(transmission.answeredAtMs),
  attempts: transmission.attempts,
});

interface ListOptions extends GlobalOptions {
  readonly partner?: string | undefined;
  readonly state?: TransmissionState | undefined;
  readonly limit: number;
}

const list: CommandModule<GlobalOptions, ListOptions> = {
  command: 'list',
  describe: 'List transmissions, the newest first',
  builder: (yargs) =>
    yargs
      .option('partner', { type: 'string', requiresArg: true, describe: 'Of this trading partner only' })
      .option('state', { choices: states, requiresArg: true, describe: 'In this state only' })
      .option('limit', { type: 'number', default: 50, requiresArg: true, describe: 'At most so many' })
      .example('$0 transmission list --state failed', 'what an administrator must look at'),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      if (!Number.isInteger(options.limit) || options.limit < 1)
        throw new CommandFailure('--limit takes a whole number from 1 on.', 2);
      const found = await listTransmissions(core.database, {
        limit: options.limit,
        ...(options.partner === undefined ? {} : { partnerId: partnerIdOf(options.partner) }),
        ...(options.state === undefined ? {} : { state: options.state }),
      });
      const rows = found.map(shown);
      const columns = {
        id: 'ID',
        partner: 'PARTNER',
        name: 'NAME',
        state: 'STATE',
        verdict: 'VERDICT',
        sizeBytes: 'BYTES',
        received: 'RECEIVED',
      };
      output.result(rows, () => printTable(rows, columns, 'There are no such transmissions.'));
    }),
};

const show: CommandModule<GlobalOptions, GlobalOptions & { readonly id: string }> = {
  command: 'show <id>',
  describe: 'Show one transmission: interchanges, findings, acknowledgements',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true })
      .example('$0 transmission show 018f2d3c-0000-7000-8000-000000000000', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const detail = await showTransmission(core.database, transmissionIdOf(options.id));
      if (detail === undefined) throw new CommandFailure(`There is no transmission ${options.id}.`, 1);
      const { transmission, ...rest } = detail;
      output.result({ ...shown(transmission), ...rest }, () => printDetail(detail));
    }),
};

function printDetail({ transmission, interchanges, findings, acknowledgements }: TransmissionDetail): string {
  const parts = [printFacts(shown(transmission))];
  if (transmission.state === 'failed') {
    const { plain, cure } = failureWords(transmission.reason ?? '');
    parts.push(`${plain} ${cure}`);
  }
  for (const interchange of interchanges) {
    parts.push(
      `Interchange ${interchange.controlNumber} from ${interchange.sender}: ${interchange.verdict}, TA1 ${interchange.ta1}`,
      ...interchange.groups.map(
        (group) =>
          `  Group ${group.controlNumber} (${group.version}): AK9 ${group.ak901}, ${group.setsAccepted} of ${group.setsReceived} sets accepted${group.ak905 === '' ? '' : `, AK905 ${group.ak905}`}`,
      ),
    );
  }
  for (const finding of findings) {
    const place = `${finding.segmentId || 'segment'} at ${finding.position}${finding.loop === '' ? '' : ` in loop ${finding.loop}`}`;
    parts.push(`${place} [${finding.ruleId}, ${finding.severity}]\n  ${finding.plain}\n  ${finding.hint}`);
  }
  parts.push(...acknowledgements.map((file) => `Answer: ${file.name} (${file.kinds}, ${file.state})`));
  return `${parts.join('\n')}\n`;
}

export const transmissionCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'transmission',
  describe: 'Received files: list, show; retry, quarantine, release, discard',
  builder: (yargs) =>
    yargs
      .command(list)
      .command(show)
      .command([...decideCommands])
      .demandCommand(1, 'Say what to do: list, show, retry, quarantine, release or discard.'),
  handler: () => undefined,
};
