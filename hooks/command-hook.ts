// A command hook: the operator's program gets each event as JSON on standard input. Exit status 0 says that it has taken
// it; anything else is tried again, as with a webhook.

import type { HookChannel } from './hook-channel.ts';
import { type ProgramSettings, runProgram } from './run-program.ts';

export function openCommandHook(name: string, program: ProgramSettings): HookChannel {
  return {
    async send(message, signal) {
      const variables = {
        CLAIMGATE_HOOK: name,
        CLAIMGATE_EVENT_ID: message.id,
        CLAIMGATE_EVENT_TYPE: message.type,
      };
      const outcome = await runProgram(program, { stdin: JSON.stringify(message), variables, signal });
      if (outcome.kind === 'exited' && outcome.status === 0) return { kind: 'taken' };
      const reason = outcome.kind === 'failed' ? outcome.reason : `exit status ${outcome.status}`;
      return { kind: 'failed', reason, retryAfterMs: undefined };
    },
    close: () => undefined,
  };
}
