/**
 * The guides that Claimgate validates by. Each is compiled when first asked for and kept by the library, so make one
 * library per process or worker and hand it to every validator.
 */
import type { CompiledGuide } from './compiled-guide.ts';
import { compileGuide } from './guide-compiler.ts';
import { parseGuide } from './guide-parser.ts';
import { GUIDE_277CA } from './guides/277ca-x214.ts';
import { GUIDE_837D } from './guides/837d-x224a2.ts';
import { GUIDE_837I } from './guides/837i-x223a2.ts';
import { GUIDE_837P } from './guides/837p-x222a1.ts';
import { GUIDE_999 } from './guides/999-x231a1.ts';
import { planRules, type RulePlan } from './rule.ts';
import { ALL_RULES } from './rules/rule-list.ts';
import { createStandardDictionary, type StandardDictionary } from './standard-dictionary.ts';
import { drawGuide } from './sure/guide-image.ts';
import { createSureKernels, type GuideImage, type SureKernels } from './sure/sure-kernel.ts';

/** GS08 to guide text. Adding a guide is adding a line. */
const GUIDES: readonly (readonly [version: string, functionalId: string, text: string])[] = [
  ['005010X222A1', 'HC', GUIDE_837P],
  ['005010X223A2', 'HC', GUIDE_837I],
  ['005010X224A2', 'HC', GUIDE_837D],
  ['005010X231A1', 'FA', GUIDE_999],
  ['005010X214', 'HN', GUIDE_277CA],
];

/**
 * Versions that senders use for a guide which Claimgate has in another addendum. Off unless a partner's profile takes
 * them over: an alias says that the sender's file is to be judged by another guide than it names.
 */
export const KNOWN_ALIASES: Readonly<Record<string, string>> = {
  '005010X222': '005010X222A1',
  '005010X222A2': '005010X222A1',
  '005010X223': '005010X223A2',
  '005010X223A1': '005010X223A2',
  '005010X223A3': '005010X223A2',
  '005010X224': '005010X224A2',
  '005010X224A1': '005010X224A2',
  '005010X224A3': '005010X224A2',
  '005010X231': '005010X231A1',
};

export type LibraryGuide = {
  readonly guide: CompiledGuide;
  readonly rules: RulePlan;
  /** What takes segments that are right beyond doubt; undefined where there is no WebAssembly. */
  readonly kernels: SureKernels | undefined;
};

export type GuideLibrary = {
  /** GS08/ST03 values with a guide, such as `005010X222A1`. */
  readonly versions: readonly string[];
  /** GS01 values with a guide, such as `HC`. */
  readonly functionalIds: readonly string[];
  readonly standard: StandardDictionary;
  /** The guide of a version; undefined when there is none. */
  readonly find: (version: string) => LibraryGuide | undefined;
};

/**
 * Makes a library of all guides that ship with Claimgate.
 * @param makeKernels what takes segments that are right beyond doubt: the fastest there is, unless a test wants none.
 */
export function createGuideLibrary(
  makeKernels: (image: GuideImage) => SureKernels | undefined = createSureKernels,
): GuideLibrary {
  const standard = createStandardDictionary();
  const compiled = new Map<string, LibraryGuide>();
  const find = (version: string): LibraryGuide | undefined => {
    const known = compiled.get(version);
    if (known !== undefined) return known;
    const text = GUIDES.find(([name]) => name === version)?.[2];
    if (text === undefined) return undefined;
    const guide = compileGuide(parseGuide(text), standard);
    const rules = planRules(guide, ALL_RULES);
    const image = drawGuide(guide, rules);
    const entry = { guide, rules, kernels: image && makeKernels(image) };
    compiled.set(version, entry);
    return entry;
  };
  return {
    versions: GUIDES.map(([version]) => version),
    functionalIds: [...new Set(GUIDES.map(([, functionalId]) => functionalId))],
    standard,
    find,
  };
}
