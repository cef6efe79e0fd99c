import type * as v from 'valibot';
import type { App } from '../../src/domain/apps/app.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import type { SchemaName } from './openapi-schemas.ts';
import { parseBody, parseValue } from './parse.ts';
import type { ApiDependencies } from './ports.ts';
import type { Problem, ProblemId } from './problems.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** One row of the table that the handler serves and the OpenAPI document is made from. */
export interface Route {
  readonly method: Method;
  /** With `{name}` for segments that are parameters. */
  readonly path: string;
  /** `app`: an app's own token or an administration token; the path's `{app}` says which app. */
  readonly access: 'public' | 'admin' | 'app';
  readonly operation: Operation;
  readonly run: (call: Call, dependencies: ApiDependencies) => Promise<Answer | Problem | Refusal>;
}

/** What the OpenAPI document says of a route. */
export interface Operation {
  readonly id: string;
  readonly summary: string;
  /** Schema of the request's body. */
  readonly body?: SchemaName;
  /** An empty body is taken for `{}`: nothing in it is required. */
  readonly isBodyOptional?: boolean;
  readonly query?: readonly QueryParameter[];
  readonly answer: { readonly status: 200 | 201; readonly schema: SchemaName | 'page' | 'document' };
  /** Beyond those that every route of its kind has. */
  readonly problems: readonly ProblemId[];
}

export interface QueryParameter {
  readonly name: string;
  readonly description: string;
  readonly schema: object;
}

/** A request that was matched and let in. */
export interface Call {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly text: string;
  readonly app: App | undefined;
  /** Who asks has an administration token. */
  readonly isAdmin: boolean;
}

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly body: unknown;
  /** Instead of JSON. */
  readonly html?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export function answer(status: 200 | 201, body: unknown): Answer {
  return { kind: 'answer', status, body };
}

interface RouteParts {
  readonly method: Method;
  readonly path: string;
  readonly operation: Operation;
}

/** What a route's own function gets: everything parsed. */
export interface Input<B, Q> {
  readonly body: B;
  readonly query: Q;
  /** The path parameter of that name. */
  readonly parameter: (name: string) => string;
  /** Who asks has an administration token: what is of the whole installation is not for an app. */
  readonly isAdmin: boolean;
}
type Output<S> = S extends v.GenericSchema ? v.InferOutput<S> : undefined;
type Outcome = Promise<Answer | Problem | Refusal>;

interface Schemas<B, Q> {
  readonly body?: B;
  /** Of the query; a route without one takes none into account. */
  readonly query?: Q;
}

export function adminRoute<
  const B extends v.GenericSchema | undefined = undefined,
  const Q extends v.GenericSchema | undefined = undefined,
>(
  route: RouteParts &
    Schemas<B, Q> & {
      readonly run: (input: Input<Output<B>, Output<Q>>, dependencies: ApiDependencies) => Outcome;
    },
): Route {
  return {
    ...parts(route),
    access: 'admin',
    run: (call, dependencies) => withInput(route, call, (input) => route.run(input, dependencies)),
  };
}

export function appRoute<
  const B extends v.GenericSchema | undefined = undefined,
  const Q extends v.GenericSchema | undefined = undefined,
>(
  route: RouteParts &
    Schemas<B, Q> & {
      readonly run: (input: Input<Output<B>, Output<Q>>, app: App, dependencies: ApiDependencies) => Outcome;
    },
): Route {
  return {
    ...parts(route),
    access: 'app',
    run: (call, dependencies) =>
      withInput(route, call, (input) => {
        if (call.app === undefined) throw new Error(`expected an app for ${route.path}`);
        return route.run(input, call.app, dependencies);
      }),
  };
}

export function publicRoute(
  route: RouteParts & { readonly run: (call: Call, dependencies: ApiDependencies) => Outcome },
): Route {
  return { ...parts(route), access: 'public', run: route.run };
}

function parts({ method, path, operation }: RouteParts): RouteParts {
  return { method, path, operation };
}

async function withInput<B extends v.GenericSchema | undefined, Q extends v.GenericSchema | undefined>(
  { body, query, operation }: Schemas<B, Q> & Pick<RouteParts, 'operation'>,
  call: Call,
  run: (input: Input<Output<B>, Output<Q>>) => Outcome,
): Outcome {
  const parsedQuery = query === undefined ? undefined : parseValue(query, call.query, 'the query');
  if (parsedQuery?.kind === 'refused') return parsedQuery;
  const text = operation.isBodyOptional === true && call.text.trim() === '' ? '{}' : call.text;
  const parsedBody = body === undefined ? undefined : parseBody(body, text);
  if (parsedBody?.kind === 'refused') return parsedBody;
  return run({
    // The conditional type is beyond what narrowing can follow: no schema, no value.
    body: parsedBody?.value as Output<B>,
    query: parsedQuery?.value as Output<Q>,
    isAdmin: call.isAdmin,
    parameter(name) {
      const value = call.parameters[name];
      if (value === undefined) throw new Error(`expected the route to have a parameter {${name}}`);
      return value;
    },
  });
}
