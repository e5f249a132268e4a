// What the composition root opened and closes again.

export interface Closable {
  close(): Promise<void> | void;
}
