import * as v from 'valibot';
import type { ApiToken, App } from '../../src/domain/apps/app.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import type { ProblemId } from '../../src/management/problems/schema.ts';
import { type Precondition, readIfMatch } from './entity-tag.ts';
import { parseBody, parseQuery, type QuerySchema } from './parse.ts';
import type { ApiDependencies } from './ports.ts';
import type { Problem } from './problems.ts';
import type { Shown } from './shown.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A row of the table that the handler serves and from which the OpenAPI document is generated. */
export interface Route extends Operation {
  /**
   * `app`: an app's own token or an administration token, for the app in the path's `{app}`. `token`: any token, on a
   * path without an app.
   */
  readonly access: 'public' | 'admin' | 'app' | 'token';
  readonly run: (call: Call, dependencies: ApiDependencies) => Promise<Answer | Problem | Refusal>;
}

/** What the OpenAPI document says about a route. */
export interface Operation {
  readonly method: Method;
  /** Parameters are written `{name}`. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  /** Parses the request's body; without it, the body is ignored. */
  readonly body?: v.GenericSchema | undefined;
  /** An empty body counts as `{}`, because no field is required. */
  readonly isBodyOptional?: boolean;
  /** Changes one resource; if the request has `If-Match`, only if the resource is as the caller read it. */
  readonly isConditional?: boolean;
  /** Parses the query; without it, there are no parameters. */
  readonly query?: QuerySchema | undefined;
  /** Shows event payloads, which an installation may hide from the console. */
  readonly showsPayloads?: boolean;
  /**
   * Returns a secret that outlives the session, so it is refused to the console, whose sessions end within the hour.
   */
  readonly isRefusedToConsole?: boolean;
  readonly answer: { readonly status: 200 | 201; readonly schema: v.GenericSchema | 'page' | 'document' };
  /** Problems in addition to those of every route of its kind. */
  readonly problems: readonly ProblemId[];
}

/** A request that matched a route and was admitted. */
export interface Call {
  readonly parameters: Readonly<Record<string, string>>;
  /** Without its `?`. */
  readonly queryString: string;
  readonly text: string;
  readonly app: App | undefined;
  /** The header `If-Match`. */
  readonly ifMatch: string | undefined;
  /** The caller has an administration token. */
  readonly isAdmin: boolean;
  /** Absent on a public route. */
  readonly token?: ApiToken | undefined;
  /** The caller may not see event payloads. */
  readonly hidesPayloads?: boolean | undefined;
  /** The caller may not see secrets that would outlive its session. */
  readonly hidesSecrets?: boolean | undefined;
  /** The label of the caller's token; empty on a public route. */
  readonly caller: string;
}

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly body: unknown;
  /** Instead of JSON. */
  readonly html?: string | undefined;
  /** Instead of JSON, with a content type among the headers. */
  readonly bytes?: Uint8Array | undefined;
  /** Values of `Set-Cookie`. */
  readonly cookies?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The parsed input of a route's own function. */
export interface Input<B, Q> {
  readonly body: B;
  readonly query: Q;
  /** The path parameter of that name. */
  readonly parameter: (name: string) => string;
  /** The caller has an administration token: apps may not see what belongs to the whole installation. */
  readonly isAdmin: boolean;
  /** The caller may not see event payloads, but everything else. */
  readonly hidesPayloads: boolean;
  /** The caller is a session of the console, which may not see secrets that would outlive it. */
  readonly hidesSecrets: boolean;
  /** The label of the caller's token, for the record of who did what. */
  readonly caller: string;
  /** For a conditional route: the request's precondition on the resource as shown now; undefined if it has none. */
  readonly precondition: Precondition | undefined;
}

/** The result of a route's own function: the body that its schema describes. */
export interface Answered<T> {
  readonly kind: 'answered';
  readonly body: T;
  readonly headers?: Answer['headers'];
}

export function answered<const T>(body: T): Answered<T> {
  return { kind: 'answered', body };
}

type Outcome<A extends v.GenericSchema> = Promise<Answered<Shown<A>> | Problem | Refusal>;
type Parsed<S> = S extends v.GenericSchema ? v.InferOutput<S> : undefined;

interface Parts<B, Q, A> extends Omit<Operation, 'body' | 'query' | 'answer'> {
  readonly body?: B;
  readonly query?: Q;
  readonly answer: { readonly status: 200 | 201; readonly schema: A };
}

export function adminRoute<
  A extends v.GenericSchema,
  const B extends v.GenericSchema | undefined = undefined,
  const Q extends QuerySchema | undefined = undefined,
>({
  run,
  ...parts
}: Parts<B, Q, A> & {
  readonly run: (input: Input<Parsed<B>, Parsed<Q>>, dependencies: ApiDependencies) => Outcome<A>;
}): Route {
  return {
    ...parts,
    access: 'admin',
    run: (call, dependencies) => withInput(parts, call, (input) => run(input, dependencies)),
  };
}

export function appRoute<
  A extends v.GenericSchema,
  const B extends v.GenericSchema | undefined = undefined,
  const Q extends QuerySchema | undefined = undefined,
>({
  run,
  ...parts
}: Parts<B, Q, A> & {
  readonly run: (input: Input<Parsed<B>, Parsed<Q>>, app: App, dependencies: ApiDependencies) => Outcome<A>;
}): Route {
  return {
    ...parts,
    access: 'app',
    run: (call, dependencies) =>
      withInput(parts, call, (input) => {
        if (call.app === undefined) throw new Error(`expected an app for ${parts.path}`);
        return run(input, call.app, dependencies);
      }),
  };
}

export function tokenRoute<
  A extends v.GenericSchema,
  const B extends v.GenericSchema | undefined = undefined,
  const Q extends QuerySchema | undefined = undefined,
>({
  run,
  ...parts
}: Parts<B, Q, A> & {
  readonly run: (
    input: Input<Parsed<B>, Parsed<Q>>,
    token: ApiToken,
    dependencies: ApiDependencies,
  ) => Outcome<A>;
}): Route {
  return {
    ...parts,
    access: 'token',
    run: (call, dependencies) =>
      withInput(parts, call, (input) => {
        if (call.token === undefined) throw new Error(`expected a token for ${parts.path}`);
        return run(input, call.token, dependencies);
      }),
  };
}

/** Builds its whole answer itself: a page, a document, or public data. */
export function publicRoute<const Q extends QuerySchema = typeof NO_QUERY>({
  run,
  ...operation
}: Omit<Operation, 'query'> & {
  readonly query?: Q;
  readonly run: (
    query: v.InferOutput<Q>,
    dependencies: ApiDependencies,
    parameters: Call['parameters'],
  ) => Promise<Answer | Refusal>;
}): Route {
  return {
    ...operation,
    access: 'public',
    async run({ queryString, parameters }, dependencies) {
      const query = parseQuery(operation.query ?? NO_QUERY, queryString);
      // Narrowing cannot follow the conditional type: without a schema there are no parameters.
      return query.kind === 'refused'
        ? query
        : run(query.value as v.InferOutput<Q>, dependencies, parameters);
    },
  };
}

const NO_QUERY = v.strictObject({});

async function withInput<
  A extends v.GenericSchema,
  B extends v.GenericSchema | undefined,
  Q extends QuerySchema | undefined,
>(
  { body, query, isBodyOptional, answer }: Parts<B, Q, A>,
  call: Call,
  run: (input: Input<Parsed<B>, Parsed<Q>>) => Outcome<A>,
): Promise<Answer | Problem | Refusal> {
  const parsedQuery = parseQuery(query ?? NO_QUERY, call.queryString);
  if (parsedQuery.kind === 'refused') return parsedQuery;
  const text = isBodyOptional === true && call.text.trim() === '' ? '{}' : call.text;
  const parsedBody = body === undefined ? undefined : parseBody(body, text);
  if (parsedBody?.kind === 'refused') return parsedBody;
  const ifMatch = readIfMatch(call.ifMatch);
  if (ifMatch.kind === 'refused') return ifMatch;
  const outcome = await run({
    // Narrowing cannot follow the conditional type: without a schema there is no value.
    body: parsedBody?.value as Parsed<B>,
    query: parsedQuery.value as Parsed<Q>,
    isAdmin: call.isAdmin,
    hidesPayloads: call.hidesPayloads === true,
    hidesSecrets: call.hidesSecrets === true,
    caller: call.caller,
    precondition: ifMatch.precondition,
    parameter(name) {
      const value = call.parameters[name];
      if (value === undefined) throw new Error(`expected the route to have a parameter {${name}}`);
      return value;
    },
  });
  if (outcome.kind === 'refused') return outcome;
  return { kind: 'answer', status: answer.status, body: outcome.body, headers: outcome.headers };
}

/** The problems that a route may answer, by status. */
export function problemIds({
  method,
  access,
  body,
  query,
  problems,
  isConditional,
}: Route): readonly ProblemId[] {
  const ids: ProblemId[] = [...problems, 'internal-error', 'storage-full', 'too-many-requests'];
  if (access !== 'public') ids.push('invalid-token', 'forbidden', 'body-too-large');
  if (access === 'app') ids.push('not-found');
  if (body !== undefined) ids.push('malformed-json');
  if (query?.type !== 'loose_object') ids.push('invalid-request');
  if (isConditional === true) ids.push('precondition-failed');
  // The problems that an Idempotency-Key may cause.
  if (method === 'POST' && access !== 'public') ids.push('try-again', 'unprocessable', 'invalid-request');
  return [...new Set(ids)];
}
