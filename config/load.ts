// Reads what the operator set: a YAML file, then the environment over it, then the command line over that. Whatever
// does not fit is refused at start with the key's path, the reason and the fix; the result is frozen.

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Config, configSchema } from './schema.ts';
import { listSettings, type Setting } from './settings.ts';

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** The key's path, such as `sftp.port`, or the file. */
  readonly path: string;
  /** Where it was said: a file or an environment variable. */
  readonly source: string;
  /** The reason and the fix. */
  readonly message: string;
}

export type LoadOutcome =
  | { readonly kind: 'ok'; readonly config: Config; readonly sources: readonly string[] }
  | { readonly kind: 'refused'; readonly problems: readonly ConfigProblem[] };

export interface LoadInput {
  /** The file named by the operator; it must exist. Without it, `claimgate.yaml` of the working directory if there. */
  readonly file?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the command line says, over everything else. */
  readonly overrides?: { readonly dataDirectory?: string; readonly roles?: readonly string[] };
  readonly workingDirectory: string;
}

/** Environment variables that are not settings. */
const otherVariables = new Set(['CLAIMGATE_CONFIG', 'CLAIMGATE_SHARED']);

/** Loads and checks the configuration. Paths in it become absolute. Never throws for what an operator wrote. */
export function loadConfig(input: LoadInput): LoadOutcome {
  const settings = listSettings();
  const read = readFile(input);
  if (read.kind === 'refused') return read;
  const environment = readEnvironment(input.environment, settings);
  if (environment.kind === 'refused') return environment;
  const raw = merge(merge(read.value, environment.value), { ...input.overrides });
  const parsed = configSchema.safeParse(raw);
  if (!parsed.success) {
    const source = read.file ?? 'environment';
    return {
      kind: 'refused',
      problems: parsed.error.issues.flatMap((issue) => explain(issue, settings, environment.names, source)),
    };
  }
  return {
    kind: 'ok',
    config: freeze(withAbsolutePaths(parsed.data, input.workingDirectory)),
    sources: [...(read.file === undefined ? [] : [read.file]), ...environment.names.values()],
  };
}

type Tree = { readonly [key: string]: unknown };
type Read =
  | { readonly kind: 'ok'; readonly value: Tree; readonly file: string | undefined }
  | { readonly kind: 'refused'; readonly problems: readonly ConfigProblem[] };

function readFile(input: LoadInput): Read {
  const named = input.file ?? input.environment['CLAIMGATE_CONFIG'];
  const file = resolve(input.workingDirectory, named ?? 'claimgate.yaml');
  const refused = (message: string): Read => ({
    kind: 'refused',
    problems: [{ path: file, source: file, message }],
  });
  if (!existsSync(file)) {
    if (named === undefined) return { kind: 'ok', value: {}, file: undefined };
    return refused('There is no such file. Check the path given by --config or CLAIMGATE_CONFIG.');
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    return refused(
      `It cannot be read (${thrown instanceof Error ? thrown.message : 'unknown cause'}). Check its permissions.`,
    );
  }
  const document = parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) return refused(`It is not valid YAML: ${error.message} Fix that line.`);
  const value: unknown = document.toJS({ maxAliasCount: 0 }) ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    return refused('It must hold settings by name, such as "sftp:" and below it "  port: 2022".');
  }
  return { kind: 'ok', value: value as Tree, file };
}

type ReadEnvironment =
  | { readonly kind: 'ok'; readonly value: Tree; readonly names: ReadonlyMap<string, string> }
  | { readonly kind: 'refused'; readonly problems: readonly ConfigProblem[] };

function readEnvironment(
  environment: LoadInput['environment'],
  settings: readonly Setting[],
): ReadEnvironment {
  const byName = new Map(settings.map((setting) => [setting.environmentName, setting]));
  const names = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  let value: Tree = {};
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || !name.startsWith('CLAIMGATE_') || otherVariables.has(name)) continue;
    const setting = byName.get(name);
    if (setting === undefined) {
      const near = nearest(name, [...byName.keys()]);
      problems.push({
        path: name,
        source: 'environment',
        message: `There is no such setting. ${near === undefined ? 'Remove the variable.' : `Did you mean ${near}?`}`,
      });
      continue;
    }
    names.set(setting.path, name);
    value = merge(value, nest(setting.path.split('.'), readValue(text, setting.type)));
  }
  return problems.length > 0 ? { kind: 'refused', problems } : { kind: 'ok', value, names };
}

function readValue(text: string, type: Setting['type']): unknown {
  switch (type) {
    case 'number':
      return /^-?\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'list':
      return text === '' ? [] : text.split(',').map((item) => item.trim());
    case 'string':
      return text;
  }
}

function nest(path: readonly string[], value: unknown): Tree {
  const [key, ...rest] = path;
  return key === undefined ? {} : { [key]: rest.length === 0 ? value : nest(rest, value) };
}

function merge(below: Tree, above: Tree): Tree {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const under = merged[key];
    merged[key] = isTree(under) && isTree(value) ? merge(under, value) : value;
  }
  return merged;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function explain(
  issue: z.core.$ZodIssue,
  settings: readonly Setting[],
  names: ReadonlyMap<string, string>,
  file: string,
): readonly ConfigProblem[] {
  const path = issue.path.join('.');
  const source = names.get(path) ?? file;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const full = path === '' ? key : `${path}.${key}`;
      const near = nearest(full, knownPaths(settings));
      return {
        path: full,
        source,
        message: `There is no such setting. ${near === undefined ? 'Remove it; `claimgate config reference` lists them all.' : `Did you mean ${near}?`}`,
      };
    });
  }
  if (issue.code === 'custom') return [{ path, source, message: issue.message }];
  const setting = settings.find((candidate) => candidate.path === path);
  const form = setting === undefined ? '' : ` It takes: ${setting.form}.`;
  const standard = setting?.defaultJson === undefined ? '' : ` The default is ${setting.defaultJson}.`;
  return [{ path, source, message: `${issue.message}.${form}${standard}` }];
}

function knownPaths(settings: readonly Setting[]): readonly string[] {
  const paths = new Set<string>();
  for (const { path } of settings) {
    const [head] = path.split('.');
    if (head !== undefined) paths.add(head);
    paths.add(path);
  }
  return [...paths];
}

/** The known name that is few keystrokes away, if one is. */
function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = 4;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance: how many characters must be put in, left out or replaced. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const replaced = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

function withAbsolutePaths(config: Config, workingDirectory: string): Config {
  const absolute = (path: string | undefined) =>
    path === undefined ? undefined : resolve(workingDirectory, path);
  return {
    ...config,
    dataDirectory: resolve(workingDirectory, config.dataDirectory),
    portal: {
      ...config.portal,
      tlsCertificateFile: absolute(config.portal.tlsCertificateFile),
      tlsKeyFile: absolute(config.portal.tlsKeyFile),
    },
    mail: {
      ...config.mail,
      smtp: {
        ...config.mail.smtp,
        passwordFile: absolute(config.mail.smtp.passwordFile),
        caFile: absolute(config.mail.smtp.caFile),
      },
    },
    monitoring: {
      ...config.monitoring,
      tlsCertificateFile: absolute(config.monitoring.tlsCertificateFile),
      tlsKeyFile: absolute(config.monitoring.tlsKeyFile),
      tokenFile: absolute(config.monitoring.tokenFile),
    },
    log: { ...config.log, file: absolute(config.log.file) },
    hooks: {
      ...config.hooks,
      webhooks: config.hooks.webhooks.map((hook) => ({
        ...hook,
        secretFile: absolute(hook.secretFile),
        caFile: absolute(hook.caFile),
      })),
      gates: config.hooks.gates.map((gate) => ({ ...gate, caFile: absolute(gate.caFile) })),
    },
  };
}

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  }
  return value;
}
