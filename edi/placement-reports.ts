/** What is told of a segment that stands in the wrong place or too often: X231A1 IK304 2, 4, 5 and 7. */
import type { CompiledGuide, GuideLoop, GuideNode } from './compiled-guide.ts';
import type { FindingMaker } from './finding-maker.ts';

/** A segment, or the loop that it opens, beyond its limit. */
export function reportTooMany(maker: FindingMaker, guide: CompiledGuide, node: GuideNode): void {
  const { segmentId, name, opens } = node;
  const loop = guide.loops[node.loop] as GuideLoop;
  const limit = times(node.ownerMax);
  if (opens >= 0) maker.segment('loop.max-use', { code: '4', segmentId, name, loop, limit });
  else maker.segment('segment.max-use', { code: '5', segmentId, name, loop, limit });
}

/** A segment that comes after what it should come before. */
export function reportLate(maker: FindingMaker, guide: CompiledGuide, node: GuideNode): void {
  const { segmentId, name } = node;
  const loop = guide.loops[node.loop] as GuideLoop;
  maker.segment('segment.order', { code: '7', segmentId, name, loop });
}

/** A segment that the guide has elsewhere. */
export function reportUnexpected(maker: FindingMaker, segmentId: string, loop: GuideLoop): void {
  maker.segment('segment.unexpected', { code: '2', segmentId, loop });
}

function times(max: number): string {
  return max === 1 ? 'once' : `${max} times`;
}
