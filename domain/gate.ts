// The operator's gates: what may refuse an upload at CLOSE, before it is acknowledged, or a login, after its proof was
// verified. Rooms get them as plain functions and know nothing of programs or URLs.

import type { PartnerId, TransmissionId, UserId } from './ids.ts';
import type { TransmissionSource } from './transmission.ts';

export type GateDecision =
  | { readonly kind: 'passed' }
  | {
      readonly kind: 'refused';
      /** The gate's name in the configuration. */
      readonly gate: string;
      /** A sentence for the person at the client: one line, without control characters, of limited length. */
      readonly why: string;
    };

export interface UploadFacts {
  readonly transmissionId: TransmissionId;
  readonly partnerId: PartnerId;
  /** Undefined for a file that another program has put into `inbound`. */
  readonly userId: UserId | undefined;
  readonly source: TransmissionSource;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Where its bytes are on the disk of this machine; nobody may change them. */
  readonly path: string;
}

export interface LoginFacts {
  readonly userId: UserId;
  /** Undefined for a user of no trading partner. */
  readonly partnerId: PartnerId | undefined;
  readonly address: string;
  /** Where: by SFTP or in the portal. */
  readonly door: 'sftp' | 'portal';
  /** How it was proved, such as `password` or `password+public-key`. */
  readonly method: string;
}

export interface UploadGate {
  /** Decides within its time. Never throws: a gate that fails decides as the operator has said. */
  decide(facts: UploadFacts): Promise<GateDecision>;
}

export interface LoginGate {
  /** As UploadGate. */
  decide(facts: LoginFacts): Promise<GateDecision>;
  /**
   * Takes as long as a decision usually does. A login that is refused before the gate is asked waits for this, so that
   * time does not tell whether the proof was right.
   */
  pretend(): Promise<void>;
}
