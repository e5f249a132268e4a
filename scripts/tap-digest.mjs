// Reads the TAP that a run writes (https://testanything.org, version 14 with nested subtests) and tells it in short: a
// line a test file, what was skipped and why, what failed with its diagnosis, at the end once more, since the middle of a
// long output is what gets lost; and the totals for the last line.
// tap's own reporters paint for a terminal, and leave the totals out when a test runs out of time.

/** How far each level of subtests is indented, in characters. */
const indentation = 4;

/**
 * @param {(line: string) => void} print
 */
export function createTapDigest(print) {
  const failed = [];
  const file = newFile(failed);
  let rest = '';
  let summary = '';
  const readLine = (line) => {
    if (line.startsWith('# { total: ')) summary = line;
    else if (line.startsWith('Bail out!')) print(line);
    else readFileLine(file, line, print);
  };
  return {
    /** @param {string} chunk of tap's standard output */
    push(chunk) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) readLine(line);
    },
    /**
     * @param {number} status tap's exit code
     * @returns {{ passed: number, failed: number, skipped: number }} with at least one failure whenever tap failed
     */
    end(status) {
      readLine(rest);
      if (failed.length > 0) print('\nwhat failed:');
      for (const line of failed) print(line);
      const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(summary)?.[1] ?? 0);
      const failures = count('fail');
      return {
        passed: count('pass'),
        // A suite that dies may fail without a failed assertion.
        failed: status === 0 ? failures : Math.max(failures, 1),
        skipped: count('skip') + count('todo'),
      };
    },
  };
}

/** @param failed takes what is told of each file that fails */
function newFile(failed) {
  return {
    failed,
    /** Of the file and of each subtest that is open, by level. */
    names: [],
    notes: [],
    failures: 0,
    /** How many failures there were when the subtest of each level began. */
    failuresBefore: [],
    diagnosis: undefined,
  };
}

/** A result line: whether it holds, what it is of, and what is said behind a `#`. */
const resultForm = /^( *)(not )?ok \d+(?: - (.*?))?(?: # (time=\S+|(?:SKIP|TODO).*))?$/;

function readFileLine(file, line, print) {
  if (readDiagnosis(file, line, print)) return;
  const subtest = /^( *)# Subtest: (.*)$/.exec(line);
  if (subtest !== null) {
    const level = subtest[1].length / indentation;
    file.names.length = level;
    file.names[level] = subtest[2];
    file.failuresBefore[level] = file.failures;
    return;
  }
  const [, spaces, not, title = '', remark = ''] = resultForm.exec(line) ?? [];
  if (spaces === undefined) return;
  const level = spaces.length / indentation;
  const failed = not !== undefined && !remark.startsWith('TODO');
  if (level > 0) readResult(file, { level, title, remark, failed });
  if (failed)
    file.diagnosis = { spaces: `${spaces}  `, lines: [], wanted: isNews(file, level), level, remark };
  else if (level === 0) tellFile(file, { failed, remark, print });
  file.names.length = Math.max(level, 1);
}

function readResult(file, { level, title, remark, failed }) {
  const name = [...file.names.slice(1, level), title].join(' > ');
  if (/^(SKIP|TODO)/.test(remark)) file.notes.push(`  ${remark}: ${name}`);
  if (failed && isNews(file, level)) {
    file.notes.push(`  FAILED: ${name}`);
    file.failures += 1;
  }
}

/** A failed subtest says nothing that its failed assertions have not said, if it has any. */
function isNews(file, level) {
  return file.names.length <= level || file.failures === file.failuresBefore[level];
}

/** The YAML block behind a failure, whatever it holds. @returns whether the line was of it */
function readDiagnosis(file, line, print) {
  const { diagnosis } = file;
  if (diagnosis === undefined) return false;
  const { spaces, lines, wanted, level, remark } = diagnosis;
  const isOfIt = lines.length > 0 || line === `${spaces}---`;
  if (isOfIt) lines.push(line.slice(spaces.length));
  if (isOfIt && line !== `${spaces}...`) return true;
  file.diagnosis = undefined;
  // Of a file, how it ended; not how it was started.
  const said =
    level > 0 ? lines.slice(1, -1) : lines.filter((kept) => /^(exitCode|signal|expired):/.test(kept));
  if (wanted) file.notes.push(...said.map((kept) => `    ${kept}`));
  if (level === 0) tellFile(file, { failed: true, remark, print });
  return isOfIt;
}

function tellFile(file, { failed, remark, print }) {
  const time = /^time=(.*)ms$/.exec(remark)?.[1];
  const told = time === undefined ? remark : `${(Number(time) / 1000).toFixed(1)} s`;
  const lines = [
    `${failed ? 'FAILED' : 'ok    '} ${file.names[0] ?? ''}${told === '' ? '' : ` (${told})`}`,
    ...file.notes,
  ];
  for (const line of lines) print(line);
  if (failed) file.failed.push(...lines);
  Object.assign(file, newFile(file.failed));
}
