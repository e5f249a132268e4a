// The import directions of the house (ARCHITECTURE.md): which room may import which, and in which room each
// third-party package is at home. Anything that is not allowed here is an error. `npm run boundaries` checks it.

/** What each room may import of ours, beside itself. Tests and benches may import everything. */
const mayImport = {
  domain: [],
  config: [],
  edi: [],
  storage: ['domain'],
  auth: ['domain', 'storage'],
  hooks: ['domain', 'storage'],
  intake: ['domain', 'storage', 'edi'],
  metrics: ['domain', 'storage'],
  server: ['domain', 'auth', 'storage'],
  portal: ['domain', 'auth', 'storage', 'edi'],
  admin: ['domain', 'config', 'auth', 'storage', 'edi', 'core.ts', 'gateway.ts', 'roles', 'observe.ts'],
  'observe.ts': ['domain'],
  roles: [
    'core.ts',
    'domain',
    'config',
    'storage',
    'auth',
    'edi',
    'hooks',
    'intake',
    'metrics',
    'server',
    'portal',
  ],
  'core.ts': ['domain', 'config', 'storage', 'auth', 'server'],
  'gateway.ts': [
    'core.ts',
    'roles',
    'domain',
    'config',
    'storage',
    'auth',
    'edi',
    'hooks',
    'intake',
    'metrics',
    'server',
    'portal',
    'observe.ts',
  ],
};

/** The rooms that a package may be used in. One that is not listed here is at home in tests and benches alone. */
const packageHomes = {
  '@fastify/cookie': ['portal'],
  '@fastify/formbody': ['portal'],
  '@fastify/helmet': ['portal'],
  '@fastify/multipart': ['portal'],
  '@fastify/static': ['portal'],
  '@simplewebauthn/browser': ['portal'],
  '@simplewebauthn/server': ['auth'],
  '@uswds/uswds': ['portal'],
  'age-encryption': ['storage'],
  bcrypt: ['auth'],
  'better-sqlite3': ['storage'],
  chokidar: ['intake'],
  'd3-scale': ['portal'],
  'd3-shape': ['portal'],
  fastify: ['portal'],
  kysely: ['storage'],
  nodemailer: ['hooks'],
  'openid-client': ['auth'],
  // The demo plays a person with an authenticator app.
  otpauth: ['auth', 'admin/demo-authenticator.ts'],
  pino: ['observe.ts'],
  piscina: ['intake', 'storage'],
  'preact-render-to-string': ['portal'],
  'prom-client': ['metrics'],
  preact: ['portal'],
  // The demo plays a partner where the machine has no stock sftp.
  ssh2: ['server', 'admin/demo-sftp-client.ts'],
  'tar-stream': ['storage'],
  uqr: ['portal'],
  // `claimgate config print` writes what the loader reads.
  yaml: ['config', 'admin'],
  yargs: ['admin'],
  yazl: ['portal'],
  zod: ['config', 'portal'],
};

/** Rooms that compute and do no input or output: not even Node's own modules. */
const pureRooms = ['domain', 'edi'];
const freeRooms = ['test', 'bench', 'scripts'];

const escaped = (text) => text.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&');
/** A room is a folder or a file at the root. */
const within = (room) => (room.endsWith('.ts') ? `^${escaped(room)}$` : `^${escaped(room)}/`);
const packagePath = (name) => `(^|/)node_modules/(@types/)?${escaped(name)}(/|$)`;
const anyPackage = '(^|/)node_modules/';

const directions = Object.entries(mayImport).map(([room, allowed]) => ({
  name: `${room.replace('.ts', '')}-imports`,
  comment: `${room} may import ${allowed.length === 0 ? 'nothing of ours' : allowed.join(', ')}.`,
  severity: 'error',
  from: { path: within(room) },
  to: {
    pathNot: [...[room, ...allowed].map(within), anyPackage],
    // Node's own modules have a rule below, and so have imports that lead nowhere.
    dependencyTypesNot: ['core', 'unknown'],
  },
}));

const homes = Object.entries(packageHomes).map(([name, rooms]) => ({
  name: `home-of-${name.replace(/[@/]/g, ' ').trim().replace(' ', '-')}`,
  comment: `${name} is at home in ${rooms.join(', ')}.`,
  severity: 'error',
  from: { pathNot: [...rooms, ...freeRooms].map(within) },
  to: { path: packagePath(name) },
}));

module.exports = {
  forbidden: [
    ...directions,
    ...homes,
    {
      name: 'homeless-package',
      comment: 'Give the package a home in .dependency-cruiser.cjs, or leave it to the tests.',
      severity: 'error',
      from: { pathNot: freeRooms.map(within) },
      to: { path: anyPackage, pathNot: Object.keys(packageHomes).map(packagePath) },
    },
    {
      name: 'pure-room',
      comment: `${pureRooms.join(' and ')} do no input or output, not even through Node's own modules.`,
      severity: 'error',
      from: { path: pureRooms.map(within) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'unknown-room',
      comment: 'A new folder or file at the root needs its line in .dependency-cruiser.cjs.',
      severity: 'error',
      from: { pathNot: [...Object.keys(mayImport), ...freeRooms].map(within) },
      to: {},
    },
    {
      name: 'no-cycle',
      comment: 'Two files that import each other are one file, or a noun is missing.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'unresolved',
      comment: 'An import that leads nowhere is checked by no rule.',
      severity: 'error',
      from: {},
      // The bench runs the built product, which need not be there yet.
      to: { couldNotResolve: true, pathNot: '(^|/)dist/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The built product is a copy of the sources, and the bench runs it.
    exclude: { path: '^dist/' },
    // Imports of types count: a type is a noun, and nouns have rooms too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
