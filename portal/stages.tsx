// The way of a file as a row of stages: Received, Checked, Answered, Released. Each says in words how it stands; the sign
// and the colour only repeat it (WCAG 1.4.1).

import type { ListedTransmission } from '../storage/transmission-search.ts';
import { type Look, stateWords } from './transmission-words.ts';

type StageState = 'done' | 'now' | 'stopped' | 'later' | 'none';

interface Stage {
  /** What it is called as it stands: `Released`, or `Not released`. */
  readonly name: string;
  readonly state: StageState;
}

const stateSigns: Readonly<Record<StageState, readonly [sign: string, words: string]>> = {
  done: ['✓', 'done'],
  now: ['…', 'under way'],
  stopped: ['✕', 'stopped'],
  later: ['○', 'not yet'],
  none: ['–', 'does not apply'],
};

const stageNames = ['Received', 'Checked', 'Answered', 'Released'] as const;

/** How the stages of a transmission stand. */
export function stagesOf({ transmission, release }: ListedTransmission): readonly Stage[] {
  const { state } = transmission;
  const stages = (...states: readonly [StageState, StageState, StageState, StageState]): readonly Stage[] =>
    stageNames.map((name, index) => {
      const at = states[index] ?? 'later';
      return { name: at === 'stopped' ? `Not ${name.toLowerCase()}` : name, state: at };
    });
  switch (state) {
    case 'receiving':
      return stages('now', 'later', 'later', 'later');
    case 'interrupted':
    case 'held':
    case 'expired':
    case 'discarded':
      return stages('stopped', 'later', 'later', 'later');
    case 'received':
    case 'processing':
      return stages('done', 'now', 'later', 'later');
    case 'failed':
      return stages('done', 'stopped', 'later', 'later');
    case 'quarantined':
      return stages('done', 'stopped', 'done', 'none');
    case 'answered':
      return stages('done', 'done', 'done', releaseState(release, transmission.verdict === 'rejected'));
  }
}

function releaseState(release: ListedTransmission['release'], rejected: boolean): StageState {
  if (release === 'released') return 'done';
  if (release === 'due') return 'now';
  return rejected ? 'stopped' : 'none';
}

export function Stages(props: { readonly listed: ListedTransmission }) {
  return (
    <ol class="cg-stages" aria-label="Stages">
      {stagesOf(props.listed).map(({ name, state }) => {
        const [sign, words] = stateSigns[state];
        return (
          <li class={`cg-stage cg-stage--${state}`}>
            <span aria-hidden="true">{sign} </span>
            {name}
            <span class="usa-sr-only">: {words}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** A word in a box; the colour repeats it. */
export function Tag(props: { readonly look: Look; readonly word: string }) {
  return <span class={`usa-tag cg-tag cg-tag--${props.look}`}>{props.word}</span>;
}

/** The state in one word. */
export function StateTag(props: { readonly listed: ListedTransmission }) {
  return <Tag {...stateWords[props.listed.transmission.state]} />;
}
