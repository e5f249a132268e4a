// Style sheets, scripts, fonts and images: USWDS's from its package as it is, our own from text.

import type { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { assetPaths, ownPrefix, uswdsPrefix } from './asset-paths.ts';
import { batchScriptText } from './batch-script-text.ts';
import { passkeyScriptText } from './passkey-script-text.ts';
import { scriptText } from './script-text.ts';
import { styleText } from './style-text.ts';

const require = createRequire(import.meta.url);
/** `dist` of the package; its entry is dist/js/uswds.min.js. */
const uswdsDist = join(dirname(require.resolve('@uswds/uswds')), '..');

/** Its entry is script/index.js; what a script element takes is beside it. */
const webauthnFile = join(
  dirname(require.resolve('@simplewebauthn/browser')),
  '../dist/bundle/index.umd.min.js',
);

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const iconText = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#162e51"/><path d="M8 25V12a8 8 0 0 1 16 0v13M16 4v21M8 16h16" fill="none" stroke="#fff" stroke-width="3"/></svg>`;

/** A new version of USWDS comes with a new version of Claimgate; a day is how long a browser may miss it. */
const uswdsCache = 'public, max-age=86400';
/** Our own files change their address with their content. */
const ownCache = 'public, max-age=31536000, immutable';

export async function registerAssets(app: FastifyInstance): Promise<void> {
  // The three files that every page asks for are kept in memory, compressed: half a megabyte becomes a tenth.
  for (const path of [assetPaths.uswdsStyle, assetPaths.uswdsInit, assetPaths.uswdsScript]) {
    const file = join(uswdsDist, path.slice(uswdsPrefix.length));
    await serveText(app, { path, content: await readFile(file), cache: uswdsCache });
  }
  await serveText(app, { path: `${ownPrefix}portal.css`, content: styleText, cache: ownCache });
  await serveText(app, { path: `${ownPrefix}portal.js`, content: scriptText, cache: ownCache });
  await serveText(app, { path: `${ownPrefix}passkey.js`, content: passkeyScriptText, cache: ownCache });
  await serveText(app, {
    path: assetPaths.webauthn,
    content: await readFile(webauthnFile),
    cache: uswdsCache,
  });
  await serveText(app, { path: `${ownPrefix}batch.js`, content: batchScriptText, cache: ownCache });
  await serveText(app, { path: assetPaths.icon, content: iconText, cache: uswdsCache });
  await app.register(fastifyStatic, {
    root: uswdsDist,
    prefix: uswdsPrefix,
    decorateReply: false,
    index: false,
    dotfiles: 'deny',
    cacheControl: false,
    setHeaders: (response) => response.setHeader('cache-control', uswdsCache),
    allowedPath: (path) => /^\/?(?:css|js|img|fonts)\//.test(path),
  });
}

/** Level 9 of 11: half a megabyte in 40 ms, for a sixth more than the best, which takes 20 times as long. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

async function serveText(
  app: FastifyInstance,
  asset: { readonly path: string; readonly content: string | Buffer; readonly cache: string },
): Promise<void> {
  // Once, at start. Pages themselves are never compressed: they hold a form's token beside what a request brought along,
  // and the length of the two compressed together would tell of the token (BREACH).
  const encodings = [
    ['br', await promisify(brotliCompress)(asset.content, brotliOptions)],
    ['gzip', await promisify(gzip)(asset.content, { level: 9 })],
  ] as const;
  const type = contentTypes[extname(asset.path)] ?? 'application/octet-stream';
  app.get(asset.path, async (request: FastifyRequest, reply: FastifyReply) => {
    const taken = (request.headers['accept-encoding'] ?? '').split(/[,;\s]+/);
    const [encoding, content] = encodings.find(([name]) => taken.includes(name)) ?? [
      undefined,
      asset.content,
    ];
    reply.header('cache-control', asset.cache).header('vary', 'accept-encoding').type(type);
    if (encoding !== undefined) reply.header('content-encoding', encoding);
    return reply.send(content);
  });
}
