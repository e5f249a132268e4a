// What is counted by the hour for the dashboard, and the words that it is counted under.

/**
 * `verdict`: answered, quarantined and failed files, by what they came to. `answer-time`: answers, by how long after the
 * receipt of their file they stood in `outbound`. `login`: sign-ins accepted, by door. `login-refused`: by reason. Those
 * of partners are counted by the day.
 */
export type ActivityMeasure =
  | 'received'
  | 'verdict'
  | 'answer-time'
  | 'login'
  | 'login-refused'
  | 'ban'
  | 'partner-verdict'
  | 'partner-rejection';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** The hour within which a 999 is to be there, in milliseconds (CAQH CORE Infrastructure Rule, batch acknowledgements). */
const coreAnswerMs = 3_600_000;

export interface AnswerTime {
  /** As it is kept. */
  readonly word: string;
  readonly maxMs: number;
  readonly text: string;
}

/** From the fastest to the slowest. */
export const answerTimes: readonly AnswerTime[] = [
  { word: '1', maxMs: 1_000, text: 'within 1 second' },
  { word: '10', maxMs: 10_000, text: '1 to 10 seconds' },
  { word: '60', maxMs: 60_000, text: '10 seconds to 1 minute' },
  { word: '300', maxMs: 300_000, text: '1 to 5 minutes' },
  { word: '900', maxMs: 900_000, text: '5 to 15 minutes' },
  { word: '3600', maxMs: coreAnswerMs, text: '15 minutes to 1 hour' },
  { word: 'more', maxMs: Number.POSITIVE_INFINITY, text: 'later than the hour allowed' },
];

/** @returns under which word an answer counts */
export function answerTimeOf(ms: number): string {
  return answerTimes.find(({ maxMs }) => ms <= maxMs)?.word ?? 'more';
}
