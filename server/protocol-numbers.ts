// The numbers of SFTP version 3, by the names that draft-ietf-secsh-filexfer-02 gives them. Nothing but numbers.

/** The one version that is spoken (draft section 4); every client in use speaks it. */
export const protocolVersion = 3;

/** Packet types (draft section 3). */
export const packetType = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
  extendedReply: 201,
} as const;

/** Status codes (draft section 7). */
export const statusCode = {
  ok: 0,
  endOfFile: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  operationUnsupported: 8,
} as const;

export type StatusCode = (typeof statusCode)[keyof typeof statusCode];

/** SSH_FXF_ flags of OPEN (draft section 6.3). */
export const openFlag = {
  read: 0x01,
  write: 0x02,
  append: 0x04,
  create: 0x08,
  truncate: 0x10,
  exclusive: 0x20,
} as const;

/** SSH_FILEXFER_ATTR_ flags (draft section 5). */
export const attributeFlag = {
  size: 0x01,
  owner: 0x02,
  permissions: 0x04,
  times: 0x08,
  extended: 0x80000000,
} as const;

/** POSIX file type bits, which travel in the permissions (draft section 5). */
export const fileTypeBits = {
  pipe: 0o010000,
  'character-device': 0o020000,
  folder: 0o040000,
  'block-device': 0o060000,
  file: 0o100000,
  link: 0o120000,
  socket: 0o140000,
} as const;
