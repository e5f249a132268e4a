// Commands that look at or change what is kept open storage and auth, do one thing, and close again. They work beside
// a running gateway: it is woken by their commits.

import { userInfo } from 'node:os';
import { type Core, openCore } from '../core.ts';
import type { Actor } from '../domain/audit.ts';
import { openLog } from '../observe.ts';
import { type GlobalOptions, loadConfigOf } from './global-options.ts';
import { createOutput, type Output } from './output.ts';

export interface CommandContext {
  readonly core: Core;
  readonly output: Output;
  /** Who runs the command, for the audit trail. */
  readonly actor: Actor;
}

/** Runs `work` with storage and auth open. Log lines below a warning are left out: a command is no daemon. */
export async function withCore(
  options: GlobalOptions,
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const { config } = loadConfigOf(options);
  const log = openLog({ level: 'warn' });
  const core = openCore({ config, observe: log.observe });
  try {
    await work({
      core,
      output: createOutput(options),
      actor: { kind: 'administrator', name: userInfo().username },
    });
  } finally {
    await core.close();
    log.close();
  }
}
