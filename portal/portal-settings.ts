// What an operator may set of the portal, as the portal asks for it: config/ builds this, nothing here reads a file.

import type { FactorPolicy } from '../domain/second-factor.ts';

import type { EdiProfile } from '../edi/profile.ts';

export interface PortalSettings {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /**
   * How browsers reach the portal when that is not what its own address says (behind a proxy). It is compared with
   * the Origin of a form; it never stands in a redirect.
   */
  readonly publicUrl?: string | undefined;
  /** The product's name on every page: `Claimgate`. */
  readonly siteName: string;
  /** Who runs it: the name in the page's head and foot. */
  readonly agencyName: string;
  /** What people call their user id and its issuer: `NCID`. */
  readonly idIssuer: string;
  /** Where the agency's page for trading partners is. */
  readonly tradingPartnerInformationUrl: string;
  /** Where external users (providers) keep their identity record. */
  readonly externalAccountUrl: string;
  /** Where state and local government employees keep theirs. */
  readonly governmentAccountUrl: string;
  /** Whom to ask for help, as a sentence; shown in the same place of every page (WCAG 2.2, 3.2.6). */
  readonly supportText: string;
  /** How long a session may be idle, in milliseconds: 15 minutes. */
  readonly sessionIdleMs: number;
  /** How long a session may last at all, in milliseconds: 12 hours. */
  readonly sessionAbsoluteMs: number;
  /** Whether users prove more than their password. */
  readonly secondFactor: FactorPolicy;
  /** What becomes of someone whom the identity provider knows and the directory does not. */
  readonly unknownUsers: 'refuse' | 'create';
  /** What people call the identity provider; undefined: there is none. */
  readonly providerName: string | undefined;
  /** Where its pages are: forms may lead there, to sign out. */
  readonly providerOrigin: string | undefined;
  /** For how long a second factor is enough for sensitive acts, in milliseconds. */
  readonly confirmMs: number;
  /** Whether browsers reach the portal by https: Secure cookies with the `__Host-` prefix, and HSTS. */
  readonly secureCookies: boolean;
  /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Certificate chain and private key as PEM text; without them the portal speaks plain HTTP. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
  /** The largest request body, in bytes. */
  readonly bodyLimitBytes: number;
  /** The warning box of the public home page; an empty heading: none. */
  readonly warningHeading: string;
  readonly warningItems: readonly string[];
  readonly quickLinks: readonly { readonly text: string; readonly url: string }[];
  /** Planned downtimes, as ISO 8601 times, and how long ahead of them the pages tell of them, in milliseconds. */
  readonly maintenance: readonly { readonly text: string; readonly from: string; readonly until: string }[];
  readonly maintenanceAheadMs: number;
  /** Milliseconds since 1970, for what pages show by the clock; set by `startPortal`. */
  readonly now?: () => number;
  /** The largest file that Batch Transfer takes, in bytes; the mailbox has the same limit. */
  readonly maxFileBytes: number;
  /** The time zone that times are shown in, as IANA names it; `UTC` when absent. */
  readonly timeZone?: string | undefined;
}

/** What a partner needs to connect: known only once the SFTP daemon listens. */
export interface ConnectionFacts {
  /** The name that partners reach the SFTP daemon by. */
  readonly host: string;
  readonly port: number;
  readonly fingerprints: readonly {
    /** The host key's type: `ssh-ed25519`. */
    readonly algorithm: string;
    /** `SHA256:...` as ssh-keygen -l prints it. */
    readonly sha256: string;
  }[];
  /** Lines for a client's known_hosts file. */
  readonly knownHosts: readonly string[];
  /** What the daemon offers, by the names of the SSH registry. */
  readonly algorithms: {
    readonly keyExchange: readonly string[];
    readonly cipher: readonly string[];
    readonly mac: readonly string[];
    readonly hostKey: readonly string[];
  };
}

/** How X12 files are judged, for the companion guides: anyone's, or one trading partner's. */
export interface ExchangeFacts {
  readonly profile: EdiProfile;
  /** Whether ISA06 must be the partner's own submitter id. */
  readonly checkSenderId: boolean;
  /** How long an interchange control number counts as used, in milliseconds. */
  readonly duplicateWindowMs: number;
  /** How long an interrupted upload may be resumed, in milliseconds. */
  readonly interruptedExpiryMs: number;
  /** Names that are taken, with `*`; undefined: any. */
  readonly inboundNames: readonly string[] | undefined;
  /** The largest file; undefined: as for everyone. */
  readonly maxFileBytes: number | undefined;
}
