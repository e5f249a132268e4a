// The tables as TypeScript sees them. The columns are those of migrations/; both databases hold the same.
// Times are milliseconds since 1970 in bigint columns, flags are states in text columns, JSON is text.

import type { Generated, Selectable } from 'kysely';
import type { ActivityMeasure } from '../domain/activity.ts';
import type { AuthenticationPolicy } from '../domain/login.ts';
import type { TransmissionSource, TransmissionState, Verdict } from '../domain/transmission.ts';
import type { UserKind, UserStatus } from '../domain/user.ts';

/** What a row of partners holds when it is read. */
export type StoredPartnerRow = Selectable<PartnerRow>;
export type StoredPortalSessionRow = Selectable<PortalSessionRow>;
export type StoredUserRow = Selectable<UserRow>;
export type StoredAccountKeyRow = Selectable<SftpAccountKeyRow>;
export type StoredEventRow = Selectable<EventRow>;

export interface PartnerRow {
  id: string;
  name: string;
  submitter_id: string;
  status: 'active' | 'disabled';
  created_at_ms: number;
  authentication: Generated<AuthenticationPolicy>;
  /** Networks with a space between; empty: from anywhere. */
  allowed_networks: Generated<string>;
}

/** What is agreed with a partner beyond the settings. */
export interface PartnerProfileRow {
  partner_id: string;
  /** JSON: texts by key of domain/partner-profile.ts. */
  profile: string;
  version: number;
  updated_at_ms: number;
}

export interface UserRow {
  id: string;
  /** Null for a user of no trading partner. */
  partner_id: string | null;
  kind: Generated<UserKind>;
  prefix: Generated<string>;
  first_name: string;
  middle_initial: Generated<string>;
  last_name: string;
  suffix: Generated<string>;
  business_name: Generated<string>;
  email: string;
  mobile_phone: Generated<string>;
  status: UserStatus;
  password_hash: string;
  password_version: number;
  password_changed_at_ms: number;
  created_at_ms: number;
  last_sign_in_at_ms: number | null;
  /** Until when who registered must have confirmed the e-mail address; null for everyone else. */
  confirm_by_ms: Generated<number | null>;
  /** The last sign-in, or what counts as one: expiry by inactivity is reckoned from here. */
  active_at_ms: Generated<number>;
  /** How many days ahead the last warning of expiry was, and the activity that it was reckoned from. */
  expiry_warned_days: Generated<number | null>;
  expiry_warned_base_ms: Generated<number | null>;
}

/** A link or code that was sent to a user. The secret is not in it: auth/one-time-secret.ts computes it from the id. */
export interface OneTimeSecretRow {
  id: string;
  purpose: string;
  /** As typed by someone who may have made it up: there need not be such a user. */
  user_id: string;
  created_at_ms: number;
  expires_at_ms: number;
  code_expires_at_ms: number;
  tries: number;
  used_at_ms: number | null;
}

export interface MailRow {
  id: string;
  kind: string;
  /** Empty where the mail is about no one user. */
  user_id: string;
  /** Empty: the user's own address, looked up when it is sent. */
  recipient: string;
  /** JSON: what the mail says beside the user's own facts. No secret. */
  facts: string;
  secret_id: string | null;
  state: 'waiting' | 'sent' | 'dead';
  attempts: number;
  next_attempt_at_ms: number;
  last_error: string | null;
  created_at_ms: number;
  sent_at_ms: number | null;
}

export interface RoleRow {
  user_id: string;
  role: string;
  granted_at_ms: number;
  granted_by: string;
}

export interface GrantRow {
  user_id: string;
  transaction_name: string;
  direction: 'send' | 'receive';
  granted_at_ms: number;
  granted_by: string;
}

/** What a trading partner has agreed on: no user has a right beyond it. */
export interface PartnerTransactionRow {
  partner_id: string;
  transaction_name: string;
  direction: 'send' | 'receive';
  agreed_at_ms: number;
  agreed_by: string;
}

/** Goes up with every change of a user's grants: what a page was made from can be told from what is now. */
export interface GrantVersionRow {
  user_id: string;
  version: number;
}

export interface GrantChangeRow {
  user_id: string;
  version: number;
  partner_id: string;
  transaction_name: string;
  direction: 'send' | 'receive';
  change: 'added' | 'removed';
  changed_at_ms: number;
  changed_by: string;
}

/** What a file of a partner's `outbound` holds. */
export interface OutboundFileRow {
  partner_id: string;
  name: string;
  /** `device:inode`, so that another file under the same name is not taken for it; null: any. */
  inode: string | null;
  /** Words of domain/content-kind.ts with a space between. */
  kinds: string;
  /** Who sent what a report is about: it sees the report whatever it may receive. */
  user_id: string | null;
}

/** What a transmission held, once it was read. */
export interface TransmissionContentRow {
  transmission_id: string;
  kinds: string;
}

/** An account that was disabled because its user was removed from the trading partner, and by nothing else. */
export interface RemovedAccountRow {
  user_id: string;
  removed_at_ms: number;
}

export interface InvitationRow {
  id: string;
  partner_id: string;
  email: string;
  role: string;
  /** JSON: the rights that come with it. */
  rights: string;
  /** The one-time secret that its link carries. */
  secret_id: string;
  state: 'open' | 'accepted' | 'revoked';
  invited_by: string;
  invited_at_ms: number;
  sent_at_ms: number;
  expires_at_ms: number;
  accepted_by: string | null;
  ended_at_ms: number | null;
}

export interface PasswordHistoryRow {
  user_id: string;
  password_version: number;
  password_hash: string;
  set_at_ms: number;
}

export interface SftpAccountRow {
  user_id: string;
  partner_id: string;
  status: 'active' | 'update-required' | 'disabled';
  /** Goes up with every change, so that a live session can tell that it is out of date. */
  version: number;
  password_hash: string;
  /** The identity password's version that the step was done with. */
  password_version: number;
  set_up_at_ms: number;
  updated_at_ms: number;
  last_login_at_ms: number | null;
}

export interface SftpAccountKeyRow {
  id: string;
  user_id: string;
  algorithm: string;
  blob_base64: string;
  fingerprint: string;
  comment: string;
  added_at_ms: number;
  last_used_at_ms: number | null;
  expires_at_ms: Generated<number | null>;
}

export interface SftpSessionRow {
  id: string;
  /** Which process has the connection. */
  process: string;
  user_id: string;
  partner_id: string;
  address: string;
  method: string;
  since_ms: number;
  bytes_in: number;
  bytes_out: number;
  /** JSON: what is being transferred. */
  transfers: string;
  end_requested_at_ms: number | null;
}

export interface AttestationRow {
  id: string;
  user_id: string;
  text_version: string;
  text: string;
  agreed_at_ms: number;
  address: string;
  password_version: number;
}

export interface ThrottleRow {
  scope: string;
  failures: number;
  last_failure_at_ms: number;
  blocked_until_ms: number;
}

export interface PortalSessionRow {
  token_hash: string;
  user_id: string;
  csrf_token: string;
  address: string;
  password_version: number;
  created_at_ms: number;
  last_seen_at_ms: number;
  /** When the user last proved who it is: by the password here, or at the identity provider. */
  authenticated_at_ms: Generated<number>;
  /** Which second factor was given last; null: none. */
  factor: Generated<string | null>;
  factor_at_ms: Generated<number | null>;
  /** The identity provider's token, sealed; null for a sign-in by password. */
  id_token: Generated<string | null>;
}

export interface FactorRow {
  id: string;
  user_id: string;
  kind: 'totp' | 'passkey';
  name: string;
  /** TOTP: the shared secret, sealed. Passkey: the public key (COSE), base64url. */
  secret: string;
  credential_id: string | null;
  /** The site that a passkey was made for; empty for TOTP. */
  rp_id: string;
  /** JSON: how a passkey can be reached. */
  transports: string;
  /** TOTP: the last time step accepted. Passkey: the authenticator's own counter. */
  counter: number;
  added_at_ms: number;
  last_used_at_ms: number | null;
}

export interface RecoveryCodeRow {
  user_id: string;
  code_hash: string;
  made_at_ms: number;
  used_at_ms: number | null;
}

/** A right password that waits for its second factor. */
export interface PendingSignInRow {
  token_hash: string;
  user_id: string;
  csrf_token: string;
  address: string;
  password_version: number;
  next_path: string;
  authenticated_at_ms: number;
  id_token: string | null;
  created_at_ms: number;
}

export interface FactorChallengeRow {
  /** The hash of the token of the session, or of the sign-in, that asked. */
  holder: string;
  purpose: 'totp-add' | 'passkey-add' | 'passkey-use' | 'email-code';
  user_id: string;
  secret: string;
  created_at_ms: number;
}

/** Who a user is at an OpenID Connect provider. */
export interface ExternalIdentityRow {
  issuer: string;
  subject: string;
  user_id: string;
  linked_at_ms: number;
}

/** Refused SFTP logins of one user that are alike, as one row. */
export interface SftpRefusalRow {
  user_id: string;
  address: string;
  method: string;
  reason: string;
  attempts: number;
  first_at_ms: number;
  last_at_ms: number;
}

export interface TransmissionRow {
  id: string;
  partner_id: string;
  user_id: string | null;
  name: string;
  source: TransmissionSource;
  state: TransmissionState;
  /** The open handle that may finish this upload; a resumed upload gets a new one, and the old one is fenced off. */
  writer: string | null;
  size_bytes: number;
  sha256: string | null;
  /** Below the data directory. */
  original_path: string | null;
  /** `device:inode` of the original, by which an entry of `inbound` is known again after a rename. */
  inode: string | null;
  opened_at_ms: number;
  received_at_ms: number | null;
  updated_at_ms: number;
  claimed_by: string | null;
  lease_expires_at_ms: number | null;
  attempts: number;
  next_attempt_at_ms: number;
  verdict: Verdict | null;
  reason: string | null;
  answered_at_ms: number | null;
  /** The names of its transactions, each once, with a space between; empty until it is answered. */
  transactions: Generated<string>;
  /** JSON: which gate has refused it at CLOSE, and its sentence; null: none has. */
  refusal: Generated<string | null>;
  /** What an administrator decided; intake does it in the place of reading the file. */
  decision: Generated<'quarantine' | 'discard' | null>;
  decision_reason: Generated<string | null>;
  /** When its original was removed after its time; `original_path` is null from then on. */
  original_purged_at_ms: Generated<number | null>;
}

export interface InterchangeRow {
  id: string;
  transmission_id: string;
  ordinal: number;
  sender_qualifier: string;
  sender_id: string;
  receiver_qualifier: string;
  receiver_id: string;
  control_number: string;
  version: string;
  usage_indicator: string;
  ta1_code: string;
  ta1_note: string;
  verdict: string;
}

/** The interchanges already processed, by what makes them the same (invariant I6). */
export interface InterchangeKeyRow {
  sender: string;
  receiver: string;
  control_number: string;
  transmission_id: string;
  /** Which interchange of the file, from 1. */
  ordinal: number;
  sha256: string;
  seen_at_ms: number;
}

export interface FunctionalGroupRow {
  id: string;
  interchange_id: string;
  ordinal: number;
  functional_id: string;
  control_number: string;
  version: string;
  ak901: string;
  ak905: string;
  sets_included: number;
  sets_received: number;
  sets_accepted: number;
}

export interface TransactionSetRow {
  id: string;
  group_id: string;
  ordinal: number;
  set_id: string;
  control_number: string;
  implementation: string;
  transaction_name: string;
  ik501: string;
  ik502: string;
  claims: number;
  findings: number;
}

export interface FindingRow {
  id: string;
  transmission_id: string;
  set_id: string | null;
  ordinal: number;
  rule_id: string;
  severity: string;
  segment_id: string;
  segment_position: number;
  loop_id: string;
  element: number | null;
  component: number | null;
  repetition: number | null;
  ik304: string;
  ik403: string;
  snip: number;
  plain: string;
  hint: string;
}

export interface AcknowledgementRow {
  id: string;
  transmission_id: string;
  interchange_ordinal: number;
  partner_id: string;
  kinds: string;
  name: string;
  /** Below the data directory: where the durable copy is. */
  path: string;
  size_bytes: number;
  sha256: string;
  control_number: string;
  state: 'written' | 'published';
  written_at_ms: number;
  published_at_ms: number | null;
  /** When its durable copy was removed after its time. */
  purged_at_ms: Generated<number | null>;
}

/** How long one kind of a partner's things is kept, where that differs from the settings. */
export interface PartnerRetentionRow {
  partner_id: string;
  kind: string;
  keep_days: number;
  set_at_ms: number;
  set_by: string;
}

/** That something which nobody has fetched will be removed, and when. */
export interface RetentionNoticeRow {
  kind: string;
  subject: string;
  partner_id: string;
  noticed_at_ms: number;
  due_at_ms: number;
}

export interface ReleaseRow {
  id: string;
  transmission_id: string;
  /** The manifest's text, as JSON. */
  manifest: string;
  state: 'due' | 'released';
  due_at_ms: number;
  released_at_ms: number | null;
  /** Of `backend/`: which of its folders it goes to. */
  folder: Generated<'accepted' | 'test'>;
  /** Below the data directory: the derived file that is released; null: the original itself. */
  path: Generated<string | null>;
}

/** A file for a partner that no transmission is answered by: from the back end, an administrator, or of our own. */
export interface DispatchRow {
  id: string;
  partner_id: string;
  source: 'back-end' | 'command' | 'adopted' | 'message';
  /** As it was called where it came from. */
  original_name: string;
  /** As it is called in `outbound`, once it is there. */
  name: string;
  /** What it is, in everyday words, with a space between. */
  transaction_name: string;
  /** Words of domain/content-kind.ts with a space between. */
  kinds: string;
  /** ISA13 of its first interchange; empty where there is none. */
  control_number: string;
  sha256: string;
  size_bytes: number;
  /** Below the data directory: its durable copy; null where there is none. */
  path: string | null;
  /** What tells the file that it was taken from, or the message that it is, from every other one. */
  source_key: string | null;
  state: 'accepted' | 'published' | 'refused' | 'collected';
  /** Why it was refused: a code. */
  reason: string | null;
  /** The text of `<name>.refused.txt`. */
  report: string | null;
  dispatched_at_ms: number;
}

/** Who took an outbound file first; a file that is not here has not been collected. */
export interface CollectionRow {
  /** The id of an acknowledgement or a dispatch. */
  file_id: string;
  partner_id: string;
  user_id: string;
  source: 'sftp' | 'portal';
  collected_at_ms: number;
  /** How often it was taken as a whole. */
  downloads: Generated<number>;
  /** Who took it last, and when; null while it was taken once. */
  last_user_id: Generated<string | null>;
  last_collected_at_ms: Generated<number | null>;
}

export interface CounterRow {
  name: string;
  value: number;
}

export interface EventRow {
  sequence: number;
  id: string;
  kind: string;
  partner_id: string;
  payload: string;
  created_at_ms: number;
  /** Of its kind in the catalogue, when it was written. */
  version: Generated<number>;
  /** What it is about, as `noun:id`; empty: nothing that has an order. */
  subject: Generated<string>;
}

/** A hook, since it was first configured. */
export interface HookRow {
  name: string;
  state: 'enabled' | 'disabled';
  /** Why it is disabled; null while it is not. */
  cause: 'gone' | 'administrator' | null;
  changed_at_ms: number;
  /** Events up to this one have become deliveries. */
  cursor_sequence: number;
  /** Tries that have failed since the last that was taken. */
  failures: Generated<number>;
  failing_since_ms: number | null;
  paused_until_ms: Generated<number>;
  last_delivered_at_ms: number | null;
}

export interface DeliveryRow {
  event_sequence: number;
  hook: string;
  state: 'waiting' | 'delivered' | 'dead';
  attempts: number;
  next_attempt_at_ms: number;
  last_error: string | null;
  /** Its event's. */
  subject: Generated<string>;
  last_attempt_at_ms: number | null;
}

export interface AuditRow {
  sequence: number;
  at_ms: number;
  actor: string;
  action: string;
  subject: string;
  address: string;
  detail: string;
  previous_hash: string;
  hash: string;
}

/** What of the audit trail was signed, by the number of the last record. */
export interface AuditCheckpointRow {
  sequence: number;
  hash: string;
  at_ms: number;
  /** SubjectPublicKeyInfo in base64. */
  public_key: string;
  /** In base64. */
  signature: string;
}

export interface BackupRow {
  id: string;
  path: string;
  made_at_ms: number;
  finished_at_ms: number;
  files: number;
  size_bytes: number;
  manifest_sha256: string;
  encrypted: 'yes' | 'no';
  verified_at_ms: number | null;
}

/**
 * How often something happened within an hour, or a day where it is counted by partner; in `activity_months`, within a
 * month of UTC.
 */
export interface ActivityHourRow {
  measure: ActivityMeasure;
  since_ms: number;
  /** Empty: of all partners together. */
  partner_id: string;
  word: string;
  count: number;
}

/** That an administrator has opened a file's content. */
export interface ContentOpeningRow {
  id: string;
  user_id: string;
  transmission_id: string;
  partner_id: string;
  reason: string;
  opened_at_ms: number;
  until_ms: number;
}

/** The bytes of a file that is not durable by itself yet. */
export interface SmallOriginalRow {
  transmission_id: string;
  bytes: Uint8Array;
}

/** What a program shows to the HTTP API. The key itself is in no row. */
export interface ApiKeyRow {
  id: string;
  name: string;
  /** SHA-256 of the key's secret half, in hexadecimal. */
  secret_hash: string;
  /** Words of domain/api-key.ts with a space between. */
  scopes: string;
  /** The only trading partner that it is good for; null: all. */
  partner_id: string | null;
  created_at_ms: number;
  created_by: string;
  expires_at_ms: number;
  last_used_at_ms: number | null;
  last_address: string | null;
  revoked_at_ms: number | null;
  revoked_by: string | null;
}

/** What a POST with an Idempotency-Key was answered. */
export interface ApiAnswerRow {
  key_id: string;
  idempotency_key: string;
  /** SHA-256 over what was asked. */
  fingerprint: string;
  state: 'begun' | 'answered';
  status: number | null;
  /** JSON. */
  body: string | null;
  begun_at_ms: number;
}

export interface MigrationRow {
  version: number;
  name: string;
  applied_at_ms: Generated<number>;
}

export interface Tables {
  partners: PartnerRow;
  partner_profiles: PartnerProfileRow;
  users: UserRow;
  one_time_secrets: OneTimeSecretRow;
  mails: MailRow;
  roles: RoleRow;
  grants: GrantRow;
  partner_transactions: PartnerTransactionRow;
  grant_versions: GrantVersionRow;
  grant_changes: GrantChangeRow;
  outbound_files: OutboundFileRow;
  transmission_contents: TransmissionContentRow;
  removed_accounts: RemovedAccountRow;
  invitations: InvitationRow;
  password_history: PasswordHistoryRow;
  sftp_accounts: SftpAccountRow;
  sftp_account_keys: SftpAccountKeyRow;
  sftp_sessions: SftpSessionRow;
  attestations: AttestationRow;
  throttles: ThrottleRow;
  portal_sessions: PortalSessionRow;
  factors: FactorRow;
  recovery_codes: RecoveryCodeRow;
  pending_sign_ins: PendingSignInRow;
  factor_challenges: FactorChallengeRow;
  external_identities: ExternalIdentityRow;
  sftp_refusals: SftpRefusalRow;
  transmissions: TransmissionRow;
  small_originals: SmallOriginalRow;
  interchanges: InterchangeRow;
  interchange_keys: InterchangeKeyRow;
  functional_groups: FunctionalGroupRow;
  transaction_sets: TransactionSetRow;
  findings: FindingRow;
  acknowledgements: AcknowledgementRow;
  partner_retention: PartnerRetentionRow;
  retention_notices: RetentionNoticeRow;
  releases: ReleaseRow;
  dispatches: DispatchRow;
  collections: CollectionRow;
  counters: CounterRow;
  events: EventRow;
  hooks: HookRow;
  deliveries: DeliveryRow;
  audit_records: AuditRow;
  audit_checkpoints: AuditCheckpointRow;
  backups: BackupRow;
  activity_hours: ActivityHourRow;
  activity_months: ActivityHourRow;
  content_openings: ContentOpeningRow;
  api_keys: ApiKeyRow;
  api_answers: ApiAnswerRow;
  schema_migrations: MigrationRow;
}
