// Every limit of the SFTP daemon, with its unit and where the number comes from. config/ mirrors this as what an
// operator may set; nothing in server/ has a limit of its own.

import type { Network } from '../domain/network.ts';
import type { AlgorithmProfile } from './ssh-algorithms.ts';

/** One more place to listen at, beside the settings' own host and port. */
export interface ListenerSettings {
  /** What it is called in the log. */
  readonly name: string;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly profile: AlgorithmProfile;
  /** From then on it is not opened, and is closed when it is open; milliseconds since 1970. `legacy` must have one. */
  readonly closesAtMs: number | undefined;
  /** Peers that must introduce their clients by the PROXY protocol; all others are clients themselves. */
  readonly trustedProxies: readonly Network[];
}

export interface SftpServerSettings {
  /** The address to listen on. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly profile: Exclude<AlgorithmProfile, 'legacy'>;
  readonly trustedProxies: readonly Network[];
  /** Further listeners, each with a profile of its own; they share every limit. */
  readonly listeners: readonly ListenerSettings[];
  /** How long before its end a listener is warned of, and how often, at most, it is. */
  readonly listenerWarningMs: number;
  /** Shown before sign-in, the same for everyone (RFC 4252 section 5.4). Empty: none. */
  readonly banner: string;
  /** What stands after `SSH-2.0-` in the identification string (RFC 4253 section 4.2): printable, no spaces. */
  readonly softwareIdent: string;

  /** From accept to signed in; then the connection is dropped (sshd's LoginGraceTime). */
  readonly loginGraceMs: number;
  /** Connections that have not signed in: at this number every new one is dropped (sshd's MaxStartups, full). */
  readonly maxUnauthenticatedConnections: number;
  /** From this number on, new ones are dropped at random (MaxStartups, start). */
  readonly unauthenticatedDropStart: number;
  /** The chance of a drop at the start, in percent; it rises to 100 at the maximum (MaxStartups, rate). */
  readonly unauthenticatedDropPercent: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxConnections: number;
  /** Sign-in attempts on one connection; then it is dropped (sshd's MaxAuthTries). */
  readonly maxAuthTries: number;

  /** Channels of one connection (sshd's MaxSessions). */
  readonly maxSessionsPerConnection: number;
  /** Open files and folders of one session. */
  readonly maxHandlesPerSession: number;
  /** Requests of one session that are not answered yet; reading stops there. */
  readonly maxRequestsInFlight: number;
  /** Bytes of one session that are being written to or read from the disk; reading stops there. */
  readonly bytesInFlightPerSession: number;
  /** The same over all sessions. */
  readonly bytesInFlightTotal: number;
  /** Replies that wait for the client to take them, per connection; reading stops there. */
  readonly maxOutputBytes: number;
  /** The longest SFTP packet, without its length field (OpenSSH's SFTP_MAX_MSG_LENGTH is 256 KiB). */
  readonly maxPacketBytes: number;
  /** Buffers of one packet's size that are kept for the next transfer, in the whole process. */
  readonly maxIdleBuffers: number;
  /** Entries in one NAME reply (OpenSSH sends 100). */
  readonly namesPerReply: number;

  /** A session without one byte of SFTP for so long is ended. */
  readonly idleTimeoutMs: number;
  /** How often a silent client is asked whether it is there (sshd's ClientAliveInterval). */
  readonly keepaliveIntervalMs: number;
  /** Questions without an answer before the connection is given up (ClientAliveCountMax). */
  readonly keepaliveCountMax: number;
  /** New session keys after so many bytes (RFC 4253 section 9: each gigabyte). */
  readonly rekeyBytes: number;
  /** New session keys after so long (RFC 4253 section 9: each hour). */
  readonly rekeyMs: number;
  /** A key exchange that takes longer than this ends the connection. */
  readonly rekeyGraceMs: number;
  /** How often timers and accounts are looked at. */
  readonly watchIntervalMs: number;
  /** How often a session's account is checked even when nobody said that it changed (invariant I5). */
  readonly accountCheckMs: number;
  /** How long close() waits for requests under way, and an ending connection for its client to hang up. */
  readonly drainMs: number;
}

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Limits that suit one process on a small machine. Host, port, banner and ident are the caller's to set. */
export const defaultSftpServerSettings: SftpServerSettings = {
  host: '127.0.0.1',
  port: 2022,
  profile: 'modern',
  trustedProxies: [],
  listeners: [],
  listenerWarningMs: 30 * 24 * 3_600_000,
  banner: '',
  softwareIdent: 'Claimgate',
  loginGraceMs: 60_000,
  maxUnauthenticatedConnections: 200,
  unauthenticatedDropStart: 100,
  unauthenticatedDropPercent: 30,
  maxConnectionsPerAddress: 100,
  maxConnections: 2000,
  maxAuthTries: 6,
  maxSessionsPerConnection: 10,
  maxHandlesPerSession: 100,
  maxRequestsInFlight: 128,
  bytesInFlightPerSession: 4 * mebibyte,
  bytesInFlightTotal: 32 * mebibyte,
  maxOutputBytes: 2 * mebibyte,
  maxPacketBytes: 256 * kibibyte,
  maxIdleBuffers: 32,
  namesPerReply: 100,
  idleTimeoutMs: 15 * 60_000,
  keepaliveIntervalMs: 30_000,
  keepaliveCountMax: 3,
  rekeyBytes: 1024 * mebibyte,
  rekeyMs: 3_600_000,
  rekeyGraceMs: 60_000,
  watchIntervalMs: 1000,
  accountCheckMs: 5000,
  drainMs: 5000,
};
