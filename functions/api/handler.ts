import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { sha256Hex } from '../../src/base/ids.ts';
import { stringifyJson } from '../../src/base/json.ts';
import { TokenBuckets } from '../../src/base/token-buckets.ts';
import type { ApiToken, App } from '../../src/domain/apps/app.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { STORAGE_FULL_RETRY_AFTER_SECONDS, StorageFullError } from '../../src/domain/storage-full.ts';
import { authenticate, ensureAdminToken, isToken } from '../../src/management/apps/tokens.ts';
import { answerErrors } from '../../src/middleware/answer-errors.ts';
import { flushMetrics } from '../../src/middleware/flush-metrics.ts';
import { LoginGuard } from '../../src/middleware/login-guard.ts';
import { APP_BURST_SECONDS } from '../../src/settings/runtime.ts';
import { describeError } from '../../src/telemetry/describe-error.ts';
import type { Log } from '../../src/telemetry/logger.ts';
import { bodyText } from './parse.ts';
import type { ApiDependencies } from './ports.ts';
import { PROBLEMS, type Problem, problem, problemBody } from './problems.ts';
import type { Answer, Route } from './route.ts';
import { matchRoute } from './router.ts';
import { missingApp } from './routes/apps.ts';
import { ROUTES } from './routes/table.ts';

type Response = APIGatewayProxyStructuredResultV2;

/** The management API (docs/api.md), for HTTP API and function URL events alike: both come as payload format 2.0. */
export function makeHandler(dependencies: ApiDependencies) {
  const tokens = new TokenCheck(dependencies);
  const perSecond = dependencies.appRequestsPerSecond;
  const rates = new TokenBuckets({ perSecond, atOnce: perSecond * APP_BURST_SECONDS }, dependencies.clock);

  async function handle(event: APIGatewayProxyEventV2): Promise<Answer | Problem | Refusal> {
    const { method } = event.requestContext.http;
    const match = matchRoute(ROUTES, method, event.rawPath);
    if (match.kind === 'unknown') return unknownPath(method, event.rawPath);
    if (match.kind === 'wrong-method') {
      const allow = match.allowed.join(', ');
      return problem('method-not-allowed', `expected ${allow} for this path, found ${method.slice(0, 20)}`, {
        headers: { allow },
      });
    }
    const { route, parameters } = match;
    let app: App | undefined;
    let isAdmin = false;
    let caller = '';
    if (route.access !== 'public') {
      const token = await tokens.check(event);
      if (token === 0) return noToken();
      if (typeof token === 'number') return tooMany('failed logins', token);
      const wait = token.scope.kind === 'app' ? rates.take(token.scope.appId) : 0;
      if (wait > 0)
        return tooMany(`requests with this app's tokens: ${perSecond} a second are answered`, wait);
      const admitted = await admit(route, parameters, token);
      if (admitted.kind === 'refused') return admitted;
      app = admitted.app;
      isAdmin = token.scope.kind === 'admin';
      caller = token.label;
    }
    const text = bodyText(event);
    if (text.kind === 'refused') return text;
    const { rawQueryString: queryString } = event;
    return route.run({ parameters, queryString, text: text.value, app, isAdmin, caller }, dependencies);
  }

  /** Whether the token opens the route, and for which app. Another's app is not looked up: nothing tells whether it exists. */
  async function admit(
    route: Route,
    parameters: Readonly<Record<string, string>>,
    token: ApiToken,
  ): Promise<{ readonly kind: 'admitted'; readonly app: App | undefined } | Problem | Refusal> {
    const { scope } = token;
    if (route.access === 'admin') {
      if (scope.kind === 'admin') return { kind: 'admitted', app: undefined };
      return problem('forbidden', "expected an administration token, found an app's token");
    }
    const given = parameters['app'] ?? '';
    const app = await dependencies.apps.get(scope.kind === 'app' ? scope.appId : given);
    if (scope.kind === 'app' && (app === undefined || (given !== app.id && given !== app.name))) {
      return problem(
        'forbidden',
        "expected a token of this app or an administration token, found another app's token",
      );
    }
    return app === undefined ? missingApp(given) : { kind: 'admitted', app };
  }

  return (
    middy<APIGatewayProxyEventV2, Response>()
      // First: middleware ends in reverse order, and answering counts too.
      .use(flushMetrics(dependencies.metrics))
      .use(
        answerErrors<APIGatewayProxyEventV2, Response>((error, { requestContext }) =>
          render(problemOf(error, requestContext, dependencies.log)),
        ),
      )
      .handler(async (event) => {
        const response = render(await handle(event));
        // RFC 9110, section 9.3.2: as GET, but for the body.
        return event.requestContext.http.method === 'HEAD' ? { ...response, body: '' } : response;
      })
  );
}

function problemOf(
  error: unknown,
  { requestId, http: { method } }: APIGatewayProxyEventV2['requestContext'],
  log: Log,
): Problem {
  if (error instanceof StorageFullError) {
    log.write('STORAGE_FULL', { requestId, method });
    return storageFull();
  }
  // Without messages: one of a library may quote what it was given.
  log.write('REQUEST_FAILED', { requestId, method, ...describeError(error, { messages: false }) });
  return problem(
    'internal-error',
    `something went wrong on our side; try again, and if it stays, look for request ${requestId} in the log`,
  );
}

function storageFull(): Problem {
  return problem(
    'storage-full',
    'expected room on the disk on which Sluice keeps its state, found it full: nothing was changed. Make room, and try again',
    { headers: { 'retry-after': String(STORAGE_FULL_RETRY_AFTER_SECONDS) } },
  );
}

/** Knows the bearer tokens, and takes in the first administration token when somebody comes with it. */
class TokenCheck {
  readonly #dependencies: ApiDependencies;
  readonly #guard: LoginGuard;
  #firstTokenTaken = false;

  constructor(dependencies: ApiDependencies) {
    this.#dependencies = dependencies;
    this.#guard = new LoginGuard(dependencies);
  }

  /** The token; else 0, or the seconds after which to try again because too many logins failed. */
  async check({ headers, requestContext }: APIGatewayProxyEventV2): Promise<ApiToken | number> {
    const secret = /^Bearer +([^\s]{1,200})$/i.exec(headers['authorization'] ?? '')?.[1];
    // No token can be this: nothing is looked up, so there is nothing to limit.
    if (secret === undefined || !isToken(secret)) return 0;
    const login = { address: requestContext.http.sourceIp, credential: sha256Hex(secret) };
    const token = this.#guard.isWorthLooking(login) ? await this.#find(secret) : undefined;
    if (token === undefined) return this.#guard.failed(login, true);
    this.#guard.succeeded(login);
    return token;
  }

  async #find(secret: string): Promise<ApiToken | undefined> {
    const { tokens } = this.#dependencies;
    const token = await authenticate(tokens, secret);
    // An unknown token is rare; the secret is read for the first of them in the life of a process.
    if (token !== undefined || !(await this.#takeFirstToken())) return token;
    return authenticate(tokens, secret);
  }

  /** True when a token was stored now. */
  async #takeFirstToken(): Promise<boolean> {
    const { firstAdminToken, tokens, clock } = this.#dependencies;
    if (firstAdminToken === undefined || this.#firstTokenTaken) return false;
    const outcome = await ensureAdminToken(tokens, await firstAdminToken(), clock.now());
    this.#firstTokenTaken = true;
    return outcome === 'stored';
  }
}

function tooMany(what: string, retryAfterSeconds: number): Problem {
  return problem(
    'too-many-requests',
    `expected fewer ${what}; nothing was changed, try again in ${retryAfterSeconds} s`,
    { headers: { 'retry-after': String(retryAfterSeconds) } },
  );
}

function noToken(): Problem {
  return problem(
    'invalid-token',
    'expected a valid token as "Authorization: Bearer slc_…", found none or one that is not known; `sluice tokens:create` makes one',
    { headers: { 'www-authenticate': 'Bearer realm="Sluice management API"' } },
  );
}

function unknownPath(method: string, rawPath: string): Problem {
  const platform = /\/platforms\/([^/]+)\/(authorizations|subscriptions|publications)$/.exec(rawPath);
  if (platform?.[1] !== undefined) {
    const plural = platform[2] ?? '';
    const known = ROUTES.flatMap(({ path }) => {
      const [, name, noun] = /\/platforms\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
      return name !== undefined && noun === plural ? [name] : [];
    });
    return problem(
      'not-found',
      `expected a platform for ${plural} (${known.join(', ')}), found ${JSON.stringify(platform[1].slice(0, 100))}`,
    );
  }
  return problem(
    'not-found',
    `expected a path of the management API, found ${method.slice(0, 20)} ${JSON.stringify(rawPath.slice(0, 200))}; /v1/openapi.json names them all`,
  );
}

/** Answers hold what is for one reader at one time, and secrets at creation. */
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function render(outcome: Answer | Problem | Refusal): Response {
  if (outcome.kind === 'refused') {
    const headers = 'headers' in outcome ? outcome.headers : undefined;
    return {
      statusCode: PROBLEMS[outcome.id].status,
      headers: { ...HEADERS, 'content-type': 'application/problem+json', ...headers },
      body: stringifyJson(problemBody(outcome)),
    };
  }
  const { status, html, headers } = outcome;
  return {
    statusCode: status,
    headers: {
      ...HEADERS,
      'content-type': html === undefined ? 'application/json' : 'text/html; charset=utf-8',
      ...headers,
    },
    body: html ?? stringifyJson(outcome.body),
  };
}
