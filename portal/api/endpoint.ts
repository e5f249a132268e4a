// One thing that the API does, as a row of its table: where it is, what it takes and gives, by which scope, and how it is
// done. Routes, checks, the OpenAPI document and docs/http-api.md are all made from these rows.

import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { ApiScope } from '../../domain/api-key.ts';
import type { Actor } from '../../domain/audit.ts';
import type { ApiKey } from '../../storage/api-key-store.ts';
import type { HostPath } from '../../storage/data-directory.ts';
import type { ApiContext } from './api-deps.ts';
import type { Problem, ProblemCode, ProblemError } from './problem.ts';

/** Who asks. */
export interface Caller {
  readonly key: ApiKey;
  /** For the audit trail. */
  readonly actor: Actor;
  readonly address: string;
}

/** A body that was taken into a file, which is removed when the request is over. */
export interface Upload {
  readonly path: HostPath;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface JsonAnswer<Value> {
  readonly kind: 'json';
  readonly value: Value;
  /** 200 when left out. */
  readonly status?: 200 | 201;
  /** What `If-Match` compares with. */
  readonly etag?: string;
}

export interface BytesAnswer {
  readonly kind: 'bytes';
  readonly stream: Readable;
  readonly sizeBytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly name: string;
}

/** Answers by itself, for as long as the caller listens. */
export interface StreamAnswer {
  readonly kind: 'events';
  /** @param left tells that the caller has gone, or that the server ends */
  readonly events: (left: AbortSignal) => AsyncIterable<string>;
  /** Called once, when the answer is over or never began. */
  readonly release: () => void;
}

export type Answer = JsonAnswer<unknown> | BytesAnswer | StreamAnswer | Problem;

/** A request as it came, before anything of it is believed. */
export interface RawCall {
  readonly caller: Caller;
  readonly path: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly ifMatch: string | undefined;
  readonly lastEventId: string | undefined;
}

export type Prepared =
  | Problem
  | { readonly kind: 'ready'; perform(upload: Upload | undefined): Promise<Answer> };

export interface Call<Path, Query, Body> {
  readonly caller: Caller;
  readonly path: Path;
  readonly query: Query;
  readonly body: Body;
  /** Of an endpoint that takes a file. */
  readonly upload: Upload | undefined;
  readonly ifMatch: string | undefined;
  readonly lastEventId: string | undefined;
}

interface Facts {
  /** As OpenAPI's operationId. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Below /api/v1, with `{name}` for what varies. */
  readonly at: string;
  readonly tag: string;
  /** What it does, in a sentence. */
  readonly tells: string;
  readonly scope: ApiScope;
  /** Problems beside those that any request may meet. */
  readonly problems: readonly ProblemCode[];
  /** Whether it has an ETag, or minds If-Match. */
  readonly tagged?: 'etag' | 'if-match';
}

export interface Endpoint extends Facts {
  readonly path: z.ZodObject;
  readonly query: z.ZodObject;
  readonly takes:
    | { readonly kind: 'nothing' | 'file' }
    | { readonly kind: 'json'; readonly schema: z.ZodType };
  readonly gives:
    | { readonly kind: 'bytes' | 'events' }
    | { readonly kind: 'json'; readonly schema: z.ZodType; readonly statuses: readonly (200 | 201)[] };
  prepare(context: ApiContext, call: RawCall): Prepared;
}

/**
 * Makes a row. What comes in is parsed before `handle` sees it, and what goes out is checked: an answer that is not as
 * the document says is a fault of ours, and is not sent.
 */
export function endpoint<
  Path extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Value extends z.ZodType,
>(
  row: Facts & {
    readonly path: Path;
    readonly query: Query;
    readonly body?: Body;
    readonly takesFile?: true;
    readonly gives: 'bytes' | 'events' | { readonly value: Value; readonly created?: true };
    handle(
      call: Call<z.output<Path>, z.output<Query>, z.output<Body>>,
      context: ApiContext,
    ): Promise<JsonAnswer<z.input<Value>> | BytesAnswer | StreamAnswer | Problem>;
  },
): Endpoint {
  const { handle, body, gives, takesFile, ...facts } = row;
  const schema = typeof gives === 'string' ? undefined : gives.value;
  return {
    ...facts,
    takes:
      body === undefined ? { kind: takesFile === true ? 'file' : 'nothing' } : { kind: 'json', schema: body },
    gives:
      typeof gives === 'string'
        ? { kind: gives }
        : { kind: 'json', schema: gives.value, statuses: gives.created === true ? [200, 201] : [200] },
    prepare(context, raw) {
      const path = row.path.safeParse(raw.path);
      const query = row.query.safeParse(raw.query);
      const parsedBody = body?.safeParse(raw.body);
      const errors = [
        ...errorsOf('path', path.error),
        ...errorsOf('query', query.error),
        ...errorsOf('body', parsedBody?.error),
      ];
      if (!path.success || !query.success || parsedBody?.success === false)
        return {
          kind: 'problem',
          code: 'invalid-request',
          detail: 'Something in the request does not fit.',
          errors,
        };
      return {
        kind: 'ready',
        async perform(upload) {
          const { caller, ifMatch, lastEventId } = raw;
          // Without a schema `Body` is unknown, and so is what `handle` expects.
          const parsed = { path: path.data, query: query.data, body: parsedBody?.data as z.output<Body> };
          const answer = await handle({ caller, ifMatch, lastEventId, upload, ...parsed }, context);
          if (answer.kind !== 'json' || schema === undefined) return answer;
          return { ...answer, value: schema.parse(answer.value) };
        },
      };
    },
  };
}

/** Of many mistakes so many are told. */
const maxErrors = 20;

function errorsOf(where: string, error: z.ZodError | undefined): readonly ProblemError[] {
  return (error?.issues ?? []).slice(0, maxErrors).map((issue) => ({
    path: [where, ...issue.path.map(String)].join('.').slice(0, 200),
    message: issue.message.slice(0, 500),
  }));
}
