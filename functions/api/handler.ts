import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { LookupCache } from '../../src/base/cache.ts';
import { sha256Hex } from '../../src/base/ids.ts';
import { stringifyJson } from '../../src/base/json.ts';
import { type Rate, TokenBuckets } from '../../src/base/token-buckets.ts';
import type { ApiToken, App } from '../../src/domain/apps/app.ts';
import type { AppStore } from '../../src/domain/apps/app-store.ts';
import { idempotencyKeyFault } from '../../src/domain/apps/idempotency-key.ts';
import { INSTALLATION } from '../../src/domain/apps/keyed-request-store.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { STORAGE_FULL_RETRY_AFTER_SECONDS, StorageFullError } from '../../src/domain/storage-full.ts';
import { authenticate, ensureAdminToken, isToken } from '../../src/management/apps/tokens.ts';
import { answerOnce } from '../../src/management/keyed-requests/answer-once.ts';
import { answerErrors } from '../../src/middleware/answer-errors.ts';
import { flushMetrics } from '../../src/middleware/flush-metrics.ts';
import { addressKey, LoginGuard } from '../../src/middleware/login-guard.ts';
import { requestBody } from '../../src/middleware/request-body.ts';
import { APP_BURST_SECONDS } from '../../src/settings/runtime.ts';
import { describeError } from '../../src/telemetry/describe-error.ts';
import type { Log } from '../../src/telemetry/logger.ts';
import { Console, isConsolePath } from './console/console.ts';
import { SessionCookie } from './console/cookie.ts';
import { SessionCheck, sessionEnded, tokenOf } from './console/session-check.ts';
import { entityTag, isKnown } from './entity-tag.ts';
import type { HerokuPartnerApi } from './heroku/partner-api.ts';
import { isHerokuPath, SIGN_ON_PATH } from './heroku/paths.ts';
import { bodyText } from './parse.ts';
import type { ApiDependencies } from './ports.ts';
import { PROBLEMS, type Problem, problem, problemBody } from './problems.ts';
import type { Answer, Route } from './route.ts';
import { type Match, matchRoute } from './router.ts';
import { missingApp } from './routes/apps.ts';
import { ROUTES } from './routes/table.ts';

type Response = APIGatewayProxyStructuredResultV2;

/** The rate of requests to public routes, each of which may cost a read of the table. */
export const OPEN_REQUESTS_PER_ADDRESS: Rate = { perSecond: 10, atOnce: 100 };

/** How many apps of the console are cached, and for how long one is still shown after it was deleted elsewhere. */
const SEEN_APPS_MAX = 200;
const SEEN_APP_MS = 60_000;

interface Caller {
  /** The app whose resources the path names. */
  readonly app: App | undefined;
  readonly isAdmin: boolean;
  /** Absent on a public route. */
  readonly token: ApiToken | undefined;
  /** The request comes with a console session. */
  readonly isConsole: boolean;
}

/** The credential that admitted a request. */
interface Credential {
  readonly token: ApiToken;
  readonly isConsole: boolean;
}

/** The management API (docs/api.md). HTTP API and function URL events both use payload format 2.0. */
export function makeHandler(dependencies: ApiDependencies) {
  const guard = new LoginGuard(dependencies);
  const tokens = new TokenCheck(dependencies, guard);
  const cookie = new SessionCookie(dependencies.publicApiUrl);
  const sessions = new SessionCheck(dependencies, guard, cookie);
  const consoleParts = new Console({ dependencies, sessions, guard, cookie });
  // Loaded when Heroku calls, because most installations are not an add-on.
  let heroku: Promise<HerokuPartnerApi> | undefined;
  const loadHeroku = async () => {
    const { HerokuPartnerApi: PartnerApi } = await import('./heroku/partner-api.ts');
    return new PartnerApi(dependencies);
  };
  // A page asks every few seconds, and the name of an app does not change.
  const found = new LookupCache<App | undefined>(SEEN_APPS_MAX, {
    clock: dependencies.clock,
    ageMsMax: SEEN_APP_MS,
  });
  const seenApps = {
    get: (idOrName: string) => found.get(idOrName, () => dependencies.staleApps.get(idOrName)),
  };
  const perSecond = dependencies.appRequestsPerSecond;
  const rate = { perSecond, atOnce: perSecond * APP_BURST_SECONDS };
  const rates = new TokenBuckets(rate, dependencies.clock);
  const openRates = new TokenBuckets(OPEN_REQUESTS_PER_ADDRESS, dependencies.clock);

  async function respond(event: APIGatewayProxyEventV2): Promise<Response> {
    const { method } = event.requestContext.http;
    if (isConsolePath(event.rawPath)) {
      const wait = openRates.take(addressKey(event.requestContext.http.sourceIp));
      if (wait > 0) return render(tooMany('requests without a token from this address', wait));
      return render(await consoleParts.answer(event));
    }
    const addon = isHerokuPath(event.rawPath) ? await dependencies.herokuAddon() : undefined;
    if (addon !== undefined) {
      // By browsers, and by whoever forges: Heroku's own requests come with a password.
      const wait =
        event.rawPath === SIGN_ON_PATH ? openRates.take(addressKey(event.requestContext.http.sourceIp)) : 0;
      if (wait > 0) return render(tooMany('requests without a token from this address', wait));
      heroku ??= loadHeroku();
      return (await heroku).respond(event, addon);
    }
    const match = matchRoute(ROUTES, method, event.rawPath);
    if (match.kind === 'unknown') return render(unknownPath(method, event.rawPath));
    if (match.kind === 'wrong-method') {
      const allow = match.allowed.join(', ');
      return render(
        problem('method-not-allowed', `expected ${allow} for this path, found ${method.slice(0, 20)}`, {
          headers: { allow },
        }),
      );
    }
    if (match.route.access === 'public') {
      const wait = openRates.take(addressKey(event.requestContext.http.sourceIp));
      if (wait > 0) return render(tooMany('requests without a token from this address', wait));
      return run(event, match, { app: undefined, isAdmin: false, token: undefined, isConsole: false });
    }
    const credential = await credentialOf(event);
    if ('kind' in credential) return render(credential);
    const { scope } = credential.token;
    if (scope.kind === 'admin') return asCaller(event, match, credential);
    const wait = rates.take(scope.appId);
    const response =
      wait > 0
        ? render(tooMany(`requests with this app's tokens: ${perSecond} a second are answered`, wait))
        : await asCaller(event, match, credential);
    return { ...response, headers: { ...response.headers, ...rateHeaders(rates, rate, scope.appId) } };
  }

  /** A bearer token, or else a console session. */
  async function credentialOf(event: APIGatewayProxyEventV2): Promise<Credential | Problem> {
    if (event.headers['authorization'] === undefined) {
      const checked = await sessions.check(event);
      if (checked.kind === 'refused') return checked;
      if (checked.kind === 'open') return { token: tokenOf(checked.open), isConsole: true };
      if (checked.kind === 'ended') {
        const { retryAfterSeconds } = checked;
        return retryAfterSeconds > 0 ? tooMany('failed logins', retryAfterSeconds) : sessionEnded();
      }
    }
    const token = await tokens.check(event);
    if (token === 0) return noToken();
    return typeof token === 'number' ? tooMany('failed logins', token) : { token, isConsole: false };
  }

  async function asCaller(
    event: APIGatewayProxyEventV2,
    match: Match & { readonly kind: 'matched' },
    { token, isConsole }: Credential,
  ): Promise<Response> {
    const fault = isConsole ? consoleFault(match.route, dependencies.consoleHidesPayloads) : undefined;
    if (fault !== undefined) return render(fault);
    const apps = isConsole && match.route.method === 'GET' ? seenApps : dependencies.apps;
    const admitted = await admit(match.route, match.parameters, token, apps);
    if (admitted.kind === 'refused') return render(admitted);
    const caller = { app: admitted.app, isAdmin: token.scope.kind === 'admin', token, isConsole };
    const key = event.headers['idempotency-key'];
    if (key === undefined || match.route.method !== 'POST') return run(event, match, caller);
    return runOnce(event, match, caller, key);
  }

  async function run(
    event: APIGatewayProxyEventV2,
    { route, parameters }: Match & { readonly kind: 'matched' },
    { app, isAdmin, token, isConsole }: Caller,
  ): Promise<Response> {
    const { headers, rawQueryString: queryString } = event;
    const ifMatch = headers['if-match'];
    if (ifMatch !== undefined && route.method !== 'GET' && route.isConditional !== true) {
      return render(
        problem(
          'invalid-request',
          'the header If-Match: expected none here: it goes with a change of one resource (PATCH or DELETE) that GET answers with an ETag',
        ),
      );
    }
    const text = bodyText(event);
    if (text.kind === 'refused') return render(text);
    const call = {
      parameters,
      queryString,
      text: text.value,
      app,
      ifMatch,
      isAdmin,
      token,
      hidesPayloads: isConsole && dependencies.consoleHidesPayloads,
      hidesSecrets: isConsole,
      caller: token?.label ?? '',
    };
    const outcome = await route.run(call, dependencies);
    // A caller must see its own changes.
    if (route.method !== 'GET') {
      if (app !== undefined) dependencies.flow.forget(app.id);
      if (route.access === 'admin') found.clear();
    }
    const response = render(outcome);
    if (route.method !== 'GET' || outcome.kind === 'refused' || outcome.html !== undefined) return response;
    return unlessKnown(response, outcome, headers['if-none-match']);
  }

  /** A repetition with the same key gets the first answer. */
  async function runOnce(
    event: APIGatewayProxyEventV2,
    match: Match & { readonly kind: 'matched' },
    caller: Caller,
    key: string,
  ): Promise<Response> {
    const fault = idempotencyKeyFault(key);
    if (fault !== undefined)
      return render(problem('invalid-request', `the header Idempotency-Key: ${fault}`));
    const { app, isAdmin, isConsole } = caller;
    const keyed = {
      appId: app?.id ?? INSTALLATION,
      // A session must not get the answer that a token got, which may show more.
      asked: JSON.stringify([isAdmin, match.route.id, match.parameters, ...(isConsole ? ['console'] : [])]),
      key,
      content: JSON.stringify([event.rawQueryString, requestBody(event).toString('base64')]),
    };
    const outcome = await answerOnce(dependencies, keyed, async () => {
      const response = await run(event, match, caller);
      // A refused request changed nothing: the same key may return with a corrected request.
      return { answer: JSON.stringify(response), keep: (response.statusCode ?? 500) < 300 };
    });
    if (outcome.kind === 'refused') return render(outcome);
    // Only this function writes these answers.
    const response = JSON.parse(outcome.answer) as Response;
    if (!outcome.isRepeat) return response;
    return { ...response, headers: { ...response.headers, 'idempotent-replayed': 'true' } };
  }

  /**
   * Whether the token grants access to the route, and for which app. Another app's resources are not looked up, so
   * nothing reveals whether they exist.
   */
  async function admit(
    route: Route,
    parameters: Readonly<Record<string, string>>,
    token: ApiToken,
    apps: Pick<AppStore, 'get'>,
  ): Promise<{ readonly kind: 'admitted'; readonly app: App | undefined } | Problem | Refusal> {
    const { scope } = token;
    if (route.access === 'token') return { kind: 'admitted', app: undefined };
    if (route.access === 'admin') {
      if (scope.kind === 'admin') return { kind: 'admitted', app: undefined };
      return problem('forbidden', "expected an administration token, found an app's token");
    }
    const given = parameters['app'] ?? '';
    const app = await apps.get(scope.kind === 'app' ? scope.appId : given);
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
      // First, because middleware ends in reverse order, and this must include the answer.
      .use(flushMetrics(dependencies.metrics))
      .use(
        answerErrors<APIGatewayProxyEventV2, Response>((error, { requestContext }) =>
          render(problemOf(error, requestContext, dependencies.log)),
        ),
      )
      .handler(async (event) => {
        const response = await respond(event);
        // RFC 9110, section 9.3.2: the same as GET without the body.
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
  // Without messages: a library's message may quote its input.
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

/** Checks bearer tokens, and stores the first administration token when somebody first presents it. */
class TokenCheck {
  readonly #dependencies: ApiDependencies;
  readonly #guard: LoginGuard;
  #firstTokenTaken = false;

  constructor(dependencies: ApiDependencies, guard: LoginGuard) {
    this.#dependencies = dependencies;
    this.#guard = guard;
  }

  /** Returns the token, or else the seconds after which to try again because too many logins failed, or 0. */
  async check({ headers, requestContext }: APIGatewayProxyEventV2): Promise<ApiToken | number> {
    const secret = /^Bearer +([^\s]{1,200})$/i.exec(headers['authorization'] ?? '')?.[1];
    // No token has this form, so nothing is looked up and there is nothing to limit.
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
    // Unknown tokens are rare; the secret is read for the first one in the life of a process.
    if (token !== undefined || !(await this.#takeFirstToken())) return token;
    return authenticate(tokens, secret);
  }

  /** Returns true if this call stored a token. */
  async #takeFirstToken(): Promise<boolean> {
    const { firstAdminToken, tokens, clock } = this.#dependencies;
    if (firstAdminToken === undefined || this.#firstTokenTaken) return false;
    const outcome = await ensureAdminToken(tokens, await firstAdminToken(), clock.now());
    this.#firstTokenTaken = true;
    return outcome === 'stored';
  }
}

/** Why the console may not make this request, whatever the token behind its session may do. */
function consoleFault(
  { showsPayloads, isRefusedToConsole }: Route,
  hidesPayloads: boolean,
): Problem | undefined {
  if (isRefusedToConsole === true) {
    return problem(
      'forbidden',
      'expected a token, found a session of the console: what is asked for would outlive the session. Use the command line or the API',
    );
  }
  if (showsPayloads !== true || !hidesPayloads) return undefined;
  return problem(
    'forbidden',
    'expected a token, found a session of the console: this installation keeps payloads of events from it (CONSOLE_HIDES_PAYLOADS)',
  );
}

function tooMany(what: string, retryAfterSeconds: number): Problem {
  return problem(
    'too-many-requests',
    `expected fewer ${what}; nothing was changed, try again in ${retryAfterSeconds} s`,
    { headers: { 'retry-after': String(retryAfterSeconds) } },
  );
}

/**
 * The fields `RateLimit-Policy` and `RateLimit`, as in the draft of the IETF's HTTPAPI group. They describe this
 * process: another one may have more left.
 */
function rateHeaders(rates: TokenBuckets, { perSecond, atOnce }: Rate, appId: string) {
  const left = rates.left(appId);
  return {
    'ratelimit-policy': `"app";q=${atOnce};w=${Math.ceil(atOnce / perSecond)}`,
    ratelimit: `"app";r=${left};t=${Math.ceil((atOnce - left) / perSecond)}`,
  };
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

/** Answers are for one reader at one time, and contain secrets at creation. */
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
  const { status, html, bytes, cookies, headers } = outcome;
  const shared = {
    statusCode: status,
    headers: {
      ...HEADERS,
      'content-type': html === undefined ? 'application/json' : 'text/html; charset=utf-8',
      ...headers,
    },
    ...(cookies !== undefined && { cookies: [...cookies] }),
  };
  return bytes === undefined
    ? { ...shared, body: html ?? stringifyJson(outcome.body) }
    : { ...shared, body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true };
}

/** Adds the tag to the answer, and drops the body if the reader already has it. */
function unlessKnown(
  response: Response,
  { body, headers }: Answer,
  ifNoneMatch: string | undefined,
): Response {
  const etag = entityTag(body, response.body ?? '');
  if (!isKnown(ifNoneMatch, etag)) return { ...response, headers: { ...response.headers, etag } };
  // RFC 9110, section 15.4.5: no content and no headers that describe it, except how long the answer may be cached.
  const kept = headers?.['cache-control'];
  return {
    statusCode: 304,
    headers: { ...HEADERS, ...(kept !== undefined && { 'cache-control': kept }), etag },
  };
}
