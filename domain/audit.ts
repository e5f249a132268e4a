// The audit trail's records: who did what to which, from where. Append-only and hash-chained in storage (invariant I9).
// A record names things; it never holds a password, a key's secret half or a patient's data.

/** Who acted: a user by id, an administrator by operating-system name, a program by its API key, or the gateway itself. */
export type Actor =
  | { readonly kind: 'user'; readonly id: string }
  | { readonly kind: 'administrator'; readonly name: string }
  | { readonly kind: 'api-key'; readonly id: string; readonly name: string }
  | { readonly kind: 'gateway' };

export type AuditAction =
  | 'audit.checkpoint'
  | 'audit.sign-off'
  | 'partner.add'
  | 'partner.change'
  | 'partner.access'
  | 'partner.profile'
  | 'partner.transactions'
  | 'user.add'
  | 'user.change'
  | 'user.password-change'
  | 'user.password-set'
  | 'user.lock'
  | 'user.identity-link'
  | 'user.unlock'
  | 'user.register'
  | 'user.invite'
  | 'user.confirm'
  | 'user.vanish'
  | 'user.recover'
  | 'user.expiry-warning'
  | 'user.expire'
  | 'user.reactivate'
  | 'user.disable'
  | 'user.enable'
  | 'mail.retry'
  | 'user.grants'
  | 'user.role'
  | 'user.join'
  | 'user.remove'
  | 'invitation.send'
  | 'invitation.revoke'
  | 'invitation.accept'
  | 'portal.sign-in'
  | 'portal.sign-in-refused'
  | 'portal.sign-out'
  | 'portal.factor'
  | 'portal.factor-refused'
  | 'portal.email-code'
  | 'factor.add'
  | 'factor.rename'
  | 'factor.remove'
  | 'factor.reset'
  | 'factor.lock'
  | 'factor.recovery-codes'
  | 'factor.recovery-code-used'
  | 'account.set-up'
  | 'account.update'
  | 'account.update-required'
  | 'account.disable'
  | 'account.enable'
  | 'account.lock'
  | 'account.key-add'
  | 'account.key-expire'
  | 'account.key-rename'
  | 'account.key-revoke'
  | 'api-key.create'
  | 'api-key.revoke'
  | 'api-key.refused'
  | 'ban.add'
  | 'ban.lift'
  | 'backup.create'
  | 'backup.restore'
  | 'host-key.announce'
  | 'host-key.retire'
  | 'sftp.login'
  | 'sftp.login-refused'
  | 'sftp.session-end'
  | 'transmission.receive'
  | 'transmission.discard'
  | 'transmission.answer'
  | 'transmission.quarantine'
  | 'transmission.fail'
  | 'transmission.release'
  | 'transmission.reopen'
  | 'transmission.retry'
  | 'transmission.decide'
  | 'transmission.view'
  | 'transmission.list-export'
  | 'transmission.download'
  | 'answer.view'
  | 'content.open'
  | 'content.view'
  | 'transmission.refuse'
  | 'hook.disable'
  | 'hook.enable'
  | 'hook.rotate'
  | 'hook.replay'
  | 'retention.purge'
  | 'retention.set'
  | 'dispatch.accept'
  | 'dispatch.publish'
  | 'dispatch.refuse'
  | 'file.download'
  | 'file.remove'
  | 'file.rename';

export interface AuditRecord {
  readonly actor: Actor;
  readonly action: AuditAction;
  /** What it was done to, as `noun:id`. */
  readonly subject: string;
  /** The address it came from, where one is known. */
  readonly address?: string;
  /** Further facts: names, counts, codes, versions. Never a secret, never patient data. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/** How an actor stands in a row or on a screen. */
export function printActor(actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return `user:${actor.id}`;
    case 'administrator':
      return `administrator:${actor.name}`;
    case 'api-key':
      return `api-key:${actor.id}`;
    case 'gateway':
      return 'gateway';
  }
}
