// A folder of the test's own that outlives what the test opens in it.

/** The part of tap's test that this needs. */
export interface TestScope {
  testdir(): string;
  teardown(work: () => unknown): void;
}

/** Makes the test's folder, empty. Call it once a test, and before anything is opened in it. */
export function makeTestFolder(t: TestScope): string {
  // tap runs what was registered first, first: without a teardown before it, the folder would be removed from under
  // what is still open there.
  t.teardown(() => undefined);
  return t.testdir();
}
