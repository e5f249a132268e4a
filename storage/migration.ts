// One step of the schema.

export interface Migration {
  /** 1, 2, 3 ...; never reused. */
  readonly version: number;
  readonly name: string;
  /** Statements that both databases take. */
  readonly sql: string;
  /** What only one of them takes. */
  readonly sqlite?: string;
  readonly postgres?: string;
}
