// Events: facts that pipelines may hang on. Each is written into the outbox in the same transaction as the change it
// tells of (invariant I8) and delivered at least once. No patient data is in an event: ids, names, counts, codes.

import type { PartnerId, TransmissionId, UserId } from './ids.ts';
import type { TransmissionSource, Verdict } from './transmission.ts';

export type ClaimgateEvent =
  | { readonly kind: 'partner.created' | 'partner.changed'; readonly partnerId: PartnerId }
  | {
      readonly kind:
        | 'user.created'
        | 'user.changed'
        | 'user.confirmed'
        | 'user.expired'
        | 'user.reactivated'
        | 'user.disabled'
        | 'user.enabled';
      /** Undefined for a user of no trading partner. */
      readonly partnerId: PartnerId | undefined;
      readonly userId: UserId;
    }
  | {
      readonly kind: 'user.password-changed';
      readonly partnerId: PartnerId | undefined;
      readonly userId: UserId;
      readonly passwordVersion: number;
    }
  | {
      readonly kind: 'user.grants-changed';
      readonly partnerId: PartnerId;
      readonly userId: UserId;
      readonly grantVersion: number;
      /** Such as `send 837P`. */
      readonly added: readonly string[];
      readonly removed: readonly string[];
    }
  | {
      readonly kind: 'user.role-changed';
      readonly partnerId: PartnerId;
      readonly userId: UserId;
      readonly role: string;
    }
  | { readonly kind: 'partner.transactions-changed'; readonly partnerId: PartnerId }
  | {
      readonly kind: 'partner.profile-changed';
      readonly partnerId: PartnerId;
      /** Which keys of docs/partner-profile.md. */
      readonly keys: readonly string[];
    }
  | {
      readonly kind: 'user.joined-partner' | 'user.left-partner';
      readonly partnerId: PartnerId;
      readonly userId: UserId;
    }
  | {
      readonly kind: 'invitation.sent' | 'invitation.revoked';
      readonly partnerId: PartnerId;
      readonly invitationId: string;
    }
  | {
      readonly kind:
        | 'account.set-up'
        | 'account.updated'
        | 'account.update-required'
        | 'account.disabled'
        | 'account.enabled';
      readonly partnerId: PartnerId;
      readonly userId: UserId;
    }
  | {
      readonly kind: 'transmission.received';
      readonly partnerId: PartnerId;
      readonly transmissionId: TransmissionId;
      readonly userId: UserId | undefined;
      readonly source: TransmissionSource;
      readonly name: string;
      readonly sizeBytes: number;
      readonly sha256: string;
    }
  | {
      readonly kind: 'transmission.answered';
      readonly partnerId: PartnerId;
      readonly transmissionId: TransmissionId;
      readonly verdict: Verdict | undefined;
      readonly acknowledgements: readonly string[];
    }
  | {
      readonly kind:
        | 'transmission.quarantined'
        | 'transmission.failed'
        /** It is read again: an administrator decided so, or its answer was lost before anyone had it. */
        | 'transmission.reopened'
        /** An administrator decided that it will not be processed. */
        | 'transmission.discarded';
      readonly partnerId: PartnerId;
      readonly transmissionId: TransmissionId;
      readonly reason: string;
    }
  | {
      /** It has had its time and was removed (docs/intake.md, "Retention"). */
      readonly kind: 'retention.purged';
      readonly partnerId: PartnerId;
      readonly what: string;
      readonly name: string;
    }
  | {
      /** Nobody has fetched it, and it will be removed. */
      readonly kind: 'retention.warned';
      readonly partnerId: PartnerId;
      readonly what: string;
      readonly name: string;
      readonly dueAtMs: number;
    }
  | {
      /** It passed, and will be in `outbound` shortly; it is there. */
      readonly kind: 'dispatch.accepted' | 'dispatch.published';
      readonly partnerId: PartnerId;
      readonly dispatchId: string;
      /** Its name in `outbound`. */
      readonly name: string;
      /** Such as `835`; `message` for one of ours. */
      readonly transactions: readonly string[];
      readonly controlNumber: string;
      readonly sizeBytes: number;
      readonly sha256: string;
    }
  | {
      readonly kind: 'dispatch.refused';
      readonly partnerId: PartnerId;
      readonly dispatchId: string;
      readonly originalName: string;
      readonly reason: string;
    }
  | {
      /** Someone took the whole of it for the first time. */
      readonly kind: 'dispatch.collected';
      readonly partnerId: PartnerId;
      readonly dispatchId: string;
      readonly name: string;
      readonly userId: UserId;
    }
  | {
      readonly kind: 'transmission.released';
      readonly partnerId: PartnerId;
      readonly transmissionId: TransmissionId;
      readonly manifest: string;
    };
