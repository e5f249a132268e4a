// The audit of what people look at: findings, answers and lists tell of patients, so that each view is recorded
// (45 CFR 164.312(b)), before the page is sent.

import type { Actor, AuditAction } from '../domain/audit.ts';
import type { UserId } from '../domain/ids.ts';
import type { Database } from './transaction.ts';

/** What was looked at. */
interface View {
  readonly action: Extract<
    AuditAction,
    | 'transmission.view'
    | 'transmission.list-export'
    | 'transmission.download'
    | 'answer.view'
    | 'content.view'
  >;
  /** As `noun:id`. */
  readonly subject: string;
  readonly address: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/** Records that a user has looked at something. */
export async function recordView(
  database: Database,
  { userId, ...view }: View & { readonly userId: UserId },
): Promise<void> {
  await recordViewBy(database, { ...view, actor: { kind: 'user', id: userId } });
}

/** Records that someone, or a program, has looked at something. */
export async function recordViewBy(
  database: Database,
  view: View & { readonly actor: Actor },
): Promise<void> {
  await database.transaction((transaction) => transaction.audit(view));
}
