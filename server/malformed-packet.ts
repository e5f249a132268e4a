// What a packet reader throws when the bytes are not what the draft says they should be. It says what was expected,
// and never holds the bytes themselves.

/** A packet whose fields cannot be read: answered with SSH_FX_BAD_MESSAGE. */
export class MalformedPacket extends Error {
  readonly code = 'server.malformed-packet' as const;
  override readonly name = 'MalformedPacket';
}

/** A stream that is not framed as SFTP any more: there is no next packet to find, so the session must end. */
export class BrokenFraming extends Error {
  readonly code = 'server.broken-framing' as const;
  override readonly name = 'BrokenFraming';
}
