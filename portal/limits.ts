// The portal's limits, each with its unit and its reason.

/** All of a request must have arrived by then, in milliseconds: a slow sender does not keep a socket. */
export const requestTimeoutMs = 30_000;
/** A request's head must have arrived by then, in milliseconds. */
export const headersTimeoutMs = 15_000;
/** How long an idle kept-alive connection stays open, in milliseconds. */
export const keepAliveTimeoutMs = 5_000;
/** The largest request head, in bytes. */
export const maxHeaderBytes = 16_384;
/** Open connections at once; further ones are dropped. */
export const maxConnections = 1_000;
/** How long `close` lets requests under way finish, in milliseconds. */
export const closeGraceMs = 3_000;
/** The longest field of a form, in characters; a public key line is the longest (auth/public-key.ts). */
export const maxFieldCharacters = 16_384;
/** Random bytes of a session's token and of a form's: 256 bits (rule R18). */
export const tokenBytes = 32;
/** How long before the end of an idle session the page warns, in milliseconds (WCAG 2.2.1: 20 seconds or more). */
export const warningMs = 120_000;
/** How long the second factor may take after the password, in milliseconds; making the first one takes a while. */
export const pendingSignInMs = 30 * 60_000;
/** Transmissions on one page of the list. */
export const listPageSize = 25;
/** Findings on one page: each brings a segment with it. */
export const findingPageSize = 25;
/** Lines of a CSV at most; a spreadsheet takes no more than a million. */
export const csvLinesMax = 100_000;
/** Originals above this are not read for a page, in bytes: reading one takes a second, and people wait. */
export const excerptBytesMax = 128 * 1024 * 1024;
/** Characters of a segment that are shown. */
export const excerptCharactersMax = 2_000;
/** Answers above this are not shown in a page but only downloaded, in bytes. */
export const answerBytesMax = 1024 * 1024;
/** Sets of one group that are listed; their findings are all there. */
export const setsShownMax = 100;
/** Users on one page of Manage Transaction for User: a form has 17 checkboxes for each. */
export const usersPageSize = 20;
/** Invitations that are shown, the newest first. */
export const invitationsShownMax = 100;
/** Changes of a user's grants that are shown. */
export const grantChangesMax = 50;
/** Files in one upload without script; the page's script sends each in a request of its own. */
export const uploadFilesMax = 20;
/** An upload must be whole by then, in milliseconds: 2 GiB over a line of 1 Mbit/s takes five hours. */
export const uploadTimeoutMs = 6 * 3_600_000;
/** An upload of which no byte has come for so long is cut off, in milliseconds. */
export const uploadIdleMs = 60_000;
/** Outbound files on one page, and so in one ZIP. */
export const outboundPageSize = 25;
/** Bytes read from a mailbox at once for a download. */
export const downloadBlockBytes = 128 * 1024;
/** Transmissions in one list of the gateway's administrators. */
export const administratorListMax = 100;
/** The reason for opening content, in characters: long enough to say something, short enough for a mail. */
export const openingReasonMin = 15;
export const openingReasonMax = 500;
/** Content above this is not shown in a page, in bytes. */
export const shownContentBytesMax = 1024 * 1024;
