// One finding: how severe, where, what is wrong in plain words, the segment with the bad part marked, and how to fix it.

import { explainCode } from '../edi/explain.ts';
import type { PlacedFinding } from '../storage/transmission-answer.ts';
import type { Excerpt } from './excerpts.ts';
import { Tag } from './stages.tsx';
import type { Words } from './transmission-words.ts';

/** What each severity does, in a word. */
const severityWords: Readonly<Record<string, Words>> = {
  reject: { word: 'Error', look: 'bad' },
  'accept-with-error': { word: 'Error, accepted', look: 'due' },
  report: { word: 'Note', look: 'none' },
};

interface FindingCardProps {
  readonly id: string;
  readonly finding: PlacedFinding;
  readonly excerpt: Excerpt | undefined;
}

export function FindingCard(props: FindingCardProps) {
  const { finding, excerpt, id } = props;
  return (
    <article class="cg-finding" aria-labelledby={id}>
      <h3 id={id}>
        <Tag {...(severityWords[finding.severity] ?? { word: finding.severity, look: 'none' })} />{' '}
        {placeName(finding)}
      </h3>
      <p>{finding.plain}</p>
      {excerpt === undefined ? null : <SegmentLine excerpt={excerpt} />}
      <p>
        <strong>How to fix it:</strong> {finding.hint}
      </p>
      <Codes finding={finding} />
    </article>
  );
}

/** Such as `NM109 (segment 12 of the set, loop 2010AA)`. */
function placeName(finding: PlacedFinding): string {
  const { element, component } = finding;
  const part = element === undefined ? '' : String(element).padStart(2, '0');
  const inner = component === undefined ? '' : `-${component}`;
  const loop = finding.loop === '' ? '' : `, loop ${finding.loop}`;
  const segment = finding.segmentId === '' ? 'Segment' : finding.segmentId;
  return `${segment}${part}${inner} (segment ${finding.position} of the set${loop})`;
}

function SegmentLine(props: { readonly excerpt: Excerpt }) {
  const { before, marked, after, missingBefore } = props.excerpt;
  return (
    <figure class="cg-segment">
      <figcaption class="cg-small">
        {missingBefore ? 'It is missing before this segment:' : 'The segment as it was sent:'}
      </figcaption>
      <code class="cg-code">
        {before}
        {marked === '' ? null : (
          <mark>
            <span class="usa-sr-only"> wrong part begins: </span>
            {marked}
            <span class="usa-sr-only"> wrong part ends. </span>
          </mark>
        )}
        {after}
      </code>
    </figure>
  );
}

function Codes(props: { readonly finding: PlacedFinding }) {
  const { finding } = props;
  const [interchange, group, set] = finding.place;
  const words = (place: 'IK304' | 'IK403', code: string) => explainCode(place, code)?.plain ?? '';
  return (
    <details class="cg-small">
      <summary>Codes and rule</summary>
      <dl class="cg-facts">
        <dt>IK304 {finding.segmentCode}</dt>
        <dd>{words('IK304', finding.segmentCode)}</dd>
        {finding.elementCode === '' ? null : (
          <>
            <dt>IK403 {finding.elementCode}</dt>
            <dd>{words('IK403', finding.elementCode)}</dd>
          </>
        )}
        <dt>Rule</dt>
        <dd>
          {finding.ruleId} (SNIP type {finding.snip})
        </dd>
        <dt>Place in the file</dt>
        <dd>
          Interchange {interchange}, group {group}, set {set}
        </dd>
      </dl>
    </details>
  );
}
