// A Node of another version, out of the npm package `node`.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.mjs';

/** The environment without what `npm run` hands down: its level of silence, and the settings of this tree. */
export const outsideNpm = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)),
);

/**
 * @param {string} folder that gets it
 * @param {string} version as npm takes it, such as 24 or 22.14.0
 * @returns {{ node: string, withHeaders: string | undefined }} the program, and the folder whose include/node has its
 *   headers, for what is compiled
 * @throws Error when npm does not give it
 */
export function fetchNode(folder, version) {
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, `node@${version}`];
  runProgram('npm', args, { env: outsideNpm });
  const node = join(folder, 'node_modules/node/bin/node');
  if (!existsSync(node)) throw new Error(`The package node@${version} brought no program.`);
  const name = `node-${process.platform}-${process.arch}`;
  const places = [`node_modules/node/node_modules/${name}`, `node_modules/${name}`];
  const withHeaders = places
    .map((place) => join(folder, place))
    .find((place) => existsSync(join(place, 'include/node/node.h')));
  return { node, withHeaders };
}
