// The operator's gates: programs or URLs that may refuse an upload or a login. Every gate that is set for something is
// asked, in the order of the configuration, and the first refusal counts. A gate that gives no decision, in whatever way,
// counts as the operator has said: `accept` (fail open) or `refuse` (fail closed).

import type { GateDecision, LoginFacts, LoginGate, UploadFacts, UploadGate } from '../domain/gate.ts';
import type { Observe } from '../domain/observation.ts';
import { createHttpPoster, type HttpTarget } from './http-post.ts';
import { type ProgramSettings, runProgram } from './run-program.ts';
import { createSlots } from './slots.ts';

export interface GateSettings {
  readonly name: string;
  readonly on: 'upload' | 'login';
  /** Ids of trading partners; empty: all, and what is of none. */
  readonly partners: readonly string[];
  readonly onFailure: 'accept' | 'refuse';
  /** How many decisions at once. */
  readonly concurrency: number;
  /** For a decision, waiting for its turn included, in milliseconds. */
  readonly timeoutMs: number;
  readonly by:
    | { readonly kind: 'program'; readonly program: ProgramSettings }
    | { readonly kind: 'url'; readonly target: HttpTarget };
}

export interface GateDeps {
  readonly observe: Observe;
  readonly now: () => number;
}

/** What a client sees of a refusal has at most so many characters. */
const maxSentence = 200;
const plainRefusal = 'The file was refused by this gateway’s checks.';
const unavailable = 'The file could not be checked now. Send it again later.';

/** @returns the gate of uploads; undefined where none is set */
export function createUploadGate(deps: GateDeps, gates: readonly GateSettings[]): UploadGate | undefined {
  const asked = gates.filter((gate) => gate.on === 'upload').map((gate) => openGate(deps, gate));
  if (asked.length === 0) return undefined;
  return { decide: (facts: UploadFacts) => askAll(asked, { facts, path: facts.path }) };
}

/** How many durations of decisions are remembered. */
const remembered = 32;

/** @returns the gate of logins; undefined where none is set */
export function createLoginGate(deps: GateDeps, gates: readonly GateSettings[]): LoginGate | undefined {
  const asked = gates.filter((gate) => gate.on === 'login').map((gate) => openGate(deps, gate));
  if (asked.length === 0) return undefined;
  const durationsMs: number[] = [];
  return {
    async decide(facts: LoginFacts) {
      const startedAtMs = performance.now();
      const decision = await askAll(asked, { facts, path: '' });
      durationsMs.push(performance.now() - startedAtMs);
      if (durationsMs.length > remembered) durationsMs.shift();
      return decision;
    },
    async pretend() {
      const ms = durationsMs[Math.floor(Math.random() * durationsMs.length)] ?? 0;
      await new Promise((resolve) => setTimeout(resolve, ms));
    },
  };
}

interface Question {
  readonly facts: UploadFacts | LoginFacts;
  /** What stands for `{path}` in a program's arguments. */
  readonly path: string;
}

type OpenGate = (question: Question) => Promise<GateDecision>;

async function askAll(gates: readonly OpenGate[], question: Question): Promise<GateDecision> {
  for (const gate of gates) {
    const decision = await gate(question);
    if (decision.kind === 'refused') return decision;
  }
  return { kind: 'passed' };
}

/** What one gate has said; `failed` when it has said nothing that counts. */
type Answer =
  | { readonly kind: 'passed' }
  | { readonly kind: 'refused'; readonly words: string }
  | { readonly kind: 'failed'; readonly reason: string };

function openGate({ observe, now }: GateDeps, gate: GateSettings): OpenGate {
  const slots = createSlots(gate.concurrency);
  const ask =
    gate.by.kind === 'program' ? askProgram(gate, gate.by.program) : askUrl(gate, gate.by.target, now);
  return async (question) => {
    const { partnerId } = question.facts;
    if (gate.partners.length > 0 && !gate.partners.includes(partnerId ?? '')) return { kind: 'passed' };
    const startedAtMs = performance.now();
    const leftMs = () => Math.max(1, Math.round(gate.timeoutMs - (performance.now() - startedAtMs)));
    const turn = await slots.run(() => ask(question, leftMs()), gate.timeoutMs);
    const answer: Answer = turn === 'none' ? { kind: 'failed', reason: 'too many at once' } : turn;
    const decision = decide(gate, answer);
    observe({
      kind: answer.kind === 'failed' ? 'gate.failed' : 'gate.decided',
      gate: gate.name,
      on: gate.on,
      partnerId,
      decision: decision.kind,
      durationMs: Math.round(performance.now() - startedAtMs),
      ...(answer.kind === 'failed' ? { reason: answer.reason } : {}),
    });
    return decision;
  };
}

function decide(gate: GateSettings, answer: Answer): GateDecision {
  switch (answer.kind) {
    case 'passed':
      return answer;
    case 'refused':
      return { kind: 'refused', gate: gate.name, why: sentenceOf(answer.words) ?? plainRefusal };
    case 'failed':
      return gate.onFailure === 'accept'
        ? { kind: 'passed' }
        : { kind: 'refused', gate: gate.name, why: unavailable };
  }
}

/**
 * What a client may see of a gate's words: their first line, printable and not too long (rule R10: they may repeat a name
 * that a partner made up).
 */
export function sentenceOf(words: string): string | undefined {
  const [line = ''] = words.split(/\r?\n/, 1);
  const printable = line
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (printable === '') return undefined;
  const characters = Array.from(printable);
  return characters.length <= maxSentence ? printable : `${characters.slice(0, maxSentence - 1).join('')}…`;
}

type Ask = (question: Question, timeoutMs: number) => Promise<Answer>;

/** The exit status of `grep`, `clamdscan` and most that look for something: 0 no, 1 yes, more is trouble. */
function askProgram(gate: GateSettings, program: ProgramSettings): Ask {
  return async ({ facts, path }, timeoutMs) => {
    // Only a whole argument is replaced, and by a path that we made: nothing that a partner chose is in it.
    const argv = program.argv.map((argument) => (argument === '{path}' ? path : argument));
    const outcome = await runProgram(
      { ...program, argv, timeoutMs },
      { stdin: messageOf(gate, facts), variables: { CLAIMGATE_GATE: gate.name } },
    );
    if (outcome.kind === 'failed') return outcome;
    if (outcome.status === 0) return { kind: 'passed' };
    return outcome.status === 1
      ? { kind: 'refused', words: outcome.output }
      : { kind: 'failed', reason: `exit status ${outcome.status}` };
  };
}

const messageOf = (gate: GateSettings, facts: UploadFacts | LoginFacts): string =>
  JSON.stringify({ gate: gate.name, on: gate.on, ...facts });

/** 2xx: passed. 403 or 422: refused, with `{"why": "..."}` or a line of text. Anything else is no decision. */
function askUrl(gate: GateSettings, target: HttpTarget, now: () => number): Ask {
  const poster = createHttpPoster({ ...target, concurrency: gate.concurrency });
  return async ({ facts }, timeoutMs) => {
    const outcome = await poster.post({
      headers: {},
      body: messageOf(gate, facts),
      nowMs: now(),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (outcome.kind === 'failed') return outcome;
    const { status, body } = outcome;
    if (status >= 200 && status < 300) return { kind: 'passed' };
    return status === 403 || status === 422
      ? { kind: 'refused', words: wordsOf(body) }
      : { kind: 'failed', reason: `HTTP ${status}` };
  };
}

function wordsOf(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'why' in parsed && typeof parsed.why === 'string')
      return parsed.why;
    return '';
  } catch {
    return body;
  }
}
