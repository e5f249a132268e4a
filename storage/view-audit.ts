// The audit of what people look at: findings, answers and lists tell of patients, so that each view is recorded
// (45 CFR 164.312(b)), before the page is sent.

import type { AuditAction } from '../domain/audit.ts';
import type { UserId } from '../domain/ids.ts';
import type { Database } from './transaction.ts';

/** Records that a user has looked at something. */
export async function recordView(
  database: Database,
  view: {
    readonly userId: UserId;
    readonly action: Extract<
      AuditAction,
      'transmission.view' | 'transmission.list-export' | 'answer.view' | 'content.view'
    >;
    /** As `noun:id`. */
    readonly subject: string;
    readonly address: string;
    readonly detail?: Readonly<Record<string, string | number | boolean>>;
  },
): Promise<void> {
  const { userId, ...record } = view;
  await database.transaction((transaction) =>
    transaction.audit({ actor: { kind: 'user', id: userId }, ...record }),
  );
}
