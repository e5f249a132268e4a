// What is kept for a time, and how long. A partner's own days go before those of the settings.

/** What a trading partner can have days of its own for. */
export const retentionKinds = [
  'originals',
  'inbound',
  'outbound-collected',
  'outbound-uncollected',
  'quarantine',
] as const;

export type RetentionKind = (typeof retentionKinds)[number];

export type RetentionDays = Readonly<Record<RetentionKind, number>>;

/** What a run of the retention does, or would do. */
export interface RetentionStep {
  readonly what: RetentionKind | 'events' | 'journal' | 'interrupted';
  /** `warned`: nothing was removed, and its partner was told that it will be. */
  readonly done: 'purged' | 'warned';
  readonly partnerId: string | undefined;
  /** A file's name, or what a row is of. */
  readonly subject: string;
}
