import { oneFault, onlyInterchange, validate } from './validate.ts';

/** One change to a fixture, what it shows of the guide, and what is told: segment, loop, IK304, element, IK403. */
export type Change = readonly [name: string, from: string, to: string, ...told: string[]];

/** What rejects the fixture after the change, one line a finding. */
export function toldOf(fixture: string, from: string, to: string): string[] {
  const text = oneFault(fixture);
  if (!text.includes(from)) throw new Error(`${fixture} has no ${from}`);
  // The count in SE is another matter.
  const { groups } = onlyInterchange(validate(text.replace(from, to)));
  return groups.flatMap(({ sets }) =>
    sets.flatMap(({ findings }) =>
      findings
        .filter(({ severity }) => severity !== 'report')
        .map(({ segmentId, loop, segmentCode, element }) =>
          [segmentId, loop, segmentCode, element && placeOf(element), element?.code]
            .filter((part) => part !== undefined)
            .join(' '),
        ),
    ),
  );
}

function placeOf({ element, component }: { readonly element: number; readonly component?: number }): string {
  return component === undefined ? String(element) : `${element}-${component}`;
}
