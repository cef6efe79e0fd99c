import { timingSafeEqual } from 'node:crypto';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { parseBase64 } from '../../src/base/base64.ts';
import { LookupCache } from '../../src/base/cache.ts';
import { isUuid, sha256Hex } from '../../src/base/ids.ts';
import { decodePercent } from '../../src/base/percent.ts';
import { TokenBuckets } from '../../src/base/token-buckets.ts';
import { unreachable } from '../../src/base/unreachable.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { type PublishCredential, useOf } from '../../src/domain/apps/app.ts';
import type { PublishCredentialStore } from '../../src/domain/apps/app-store.ts';
import type { DeliveryQueue } from '../../src/domain/deliveries/delivery-queue.ts';
import type { Acceptances } from '../../src/domain/publications/acceptance.ts';
import type { Publication } from '../../src/domain/publications/publication.ts';
import { STORAGE_FULL_RETRY_AFTER_SECONDS } from '../../src/domain/storage-full.ts';
import { isBelowInbound } from '../../src/domain/subscriptions/inbound.ts';
import { answerErrors } from '../../src/middleware/answer-errors.ts';
import { flushMetrics } from '../../src/middleware/flush-metrics.ts';
import { LoginGuard } from '../../src/middleware/login-guard.ts';
import { requestBody } from '../../src/middleware/request-body.ts';
import { type PublishOutcome, publish } from '../../src/pipeline/publish/publish.ts';
import { APP_BURST_SECONDS } from '../../src/settings/runtime.ts';
import { describeError } from '../../src/telemetry/describe-error.ts';
import type { FlushableMetrics } from '../../src/telemetry/metrics.ts';
import { json, problem, type Response, tooMany } from './answers.ts';
import type { InboundHandlerPorts, makeInboundHandler } from './inbound.ts';
import type { makePullHandler, PullHandlerPorts } from './pull.ts';

export interface IngestDependencies extends PullHandlerPorts, InboundHandlerPorts {
  readonly credentials: PublishCredentialStore;
  readonly acceptances: Acceptances;
  readonly queue: DeliveryQueue;
  readonly newId: () => string;
  /** Per app, in this process. */
  readonly appPublishesPerSecond: number;
  /** The origins that may publish after the handshake of CloudEvents webhooks: DNS names in lower case, or `*`. */
  readonly allowedOrigins: readonly string[];
  readonly metrics: FlushableMetrics;
}

/** How long a credential or a publication is cached, and so how soon a withdrawal takes effect. */
const CACHED_MS = 10_000;
const CACHED_MAX = 10_000;
const RETRY_AFTER_SECONDS = '1';

/**
 * The publish URL, `POST /<publication name>`, and the subscribe URL (`pull.ts`), both with HTTP Basic; and inbound
 * URLs (`inbound.ts`), which authenticate by themselves.
 */
export function makeHandler(dependencies: IngestDependencies) {
  const { clock } = dependencies;
  const aging = { clock, ageMsMax: CACHED_MS };
  const credentials = new LookupCache<PublishCredential | undefined>(CACHED_MAX, aging);
  const publications = new LookupCache<Publication | undefined>(CACHED_MAX, aging);
  const perSecond = dependencies.appPublishesPerSecond;
  const rates = new TokenBuckets({ perSecond, atOnce: perSecond * APP_BURST_SECONDS }, clock);
  const guard = new LoginGuard(dependencies);
  let inbound: ReturnType<typeof makeInboundHandler> | undefined;
  let pulls: ReturnType<typeof makePullHandler> | undefined;

  async function handle(event: APIGatewayProxyEventV2, context: Context): Promise<Response> {
    if (isBelowInbound(event.rawPath)) {
      // Loaded with the first inbound request, as `pull.ts` is with the first pull.
      inbound ??= (await import('./inbound.ts')).makeInboundHandler(
        dependencies,
        guard,
        (outcome, { name }) => responseOf(outcome, dependencies, { subscription: name }),
      );
      return inbound(event);
    }
    const handshake = answerHandshake(event, dependencies.allowedOrigins);
    if (handshake !== undefined) return handshake;
    const credential = await authenticate(event, guard, (user) =>
      credentials.get(user, () => dependencies.credentials.find(user)),
    );
    if (typeof credential === 'number') {
      if (credential > 0) return tooMany('failed logins', credential);
      return problem(
        401,
        'invalid-credentials',
        'Unauthorized',
        'expected the user and password of the publish URL or the subscribe URL (HTTP Basic); see `sluice config`',
        {
          'www-authenticate': 'Basic realm="Sluice publish URL", charset="UTF-8"',
        },
      );
    }
    if (useOf(credential) === 'subscribe') {
      // Loaded with the first pull, so that a publish does not wait for it.
      pulls ??= (await import('./pull.ts')).makePullHandler(dependencies);
      return pulls(event, credential.appId, context);
    }
    const name = publicationName(event.rawPath);
    if (name === undefined) {
      return problem(
        404,
        'not-found',
        'Not Found',
        `expected the path /<publication name>, found ${JSON.stringify(event.rawPath.slice(0, 100))}`,
      );
    }
    const { appId } = credential;
    const wait = rates.take(appId);
    if (wait > 0) return tooMany(`publishes of this app: ${perSecond} a second are taken`, wait);
    const publication = await publications.get(`${appId}/${name}`, () =>
      dependencies.publications.get(appId, name),
    );
    if (publication === undefined) {
      return problem(
        404,
        'not-found',
        'Not Found',
        `expected the name of a publication of this app, found ${JSON.stringify(name.slice(0, 100))}; see \`sluice events:publications\``,
      );
    }
    if (event.requestContext.http.method !== 'POST') {
      return problem(
        405,
        'method-not-allowed',
        'Method Not Allowed',
        `expected POST, found ${event.requestContext.http.method}`,
        { allow: 'POST' },
      );
    }
    const outcome = await publish(
      publication,
      {
        contentType: event.headers['content-type'],
        body: requestBody(event),
        headers: event.headers,
        idempotencyKey: event.headers['idempotency-key'],
      },
      dependencies,
    );
    return responseOf(outcome, dependencies, { publication: publication.name });
  }

  return (
    middy<APIGatewayProxyEventV2, Response>()
      // First, because middleware ends in reverse order, and this must include the answer.
      .use(flushMetrics(dependencies.metrics))
      .use(
        answerErrors((error) => {
          dependencies.log.write('PUBLISH_FAILED', describeError(error, { messages: false }));
          return notAccepted();
        }),
      )
      .handler(handle)
  );
}

function responseOf(
  outcome: PublishOutcome,
  { log, metrics }: IngestDependencies,
  addressee: { readonly publication: string } | { readonly subscription: string },
): Response {
  switch (outcome.kind) {
    case 'accepted':
      metrics.count('EventsAccepted', outcome.ids.length);
      return json(202, { id: outcome.ids[0], ids: outcome.ids });
    case 'malformed':
      return problem(400, 'malformed-event', 'Bad Request', outcome.message);
    case 'unsupported':
      return problem(415, 'unsupported-media-type', 'Unsupported Media Type', outcome.message);
    case 'unprocessable':
      return problem(422, 'unprocessable-event', 'Unprocessable Content', outcome.message);
    case 'too-large':
      return problem(413, 'body-too-large', 'Content Too Large', outcome.message);
    case 'unavailable':
      log.write('PUBLISH_QUEUE_REFUSED', { ...addressee, error: outcome.message });
      return problem(
        429,
        'try-later',
        'Too Many Requests',
        'the queue takes no more at the moment; nothing was accepted, try again',
        {
          'retry-after': RETRY_AFTER_SECONDS,
        },
      );
    case 'misconfigured':
      // Asking the caller to retry would hide the fault, which stays until somebody repairs the installation.
      log.write('PUBLISH_QUEUE_REFUSED', { ...addressee, error: outcome.message });
      return notAccepted();
    case 'storage-full':
      log.write('STORAGE_FULL', addressee);
      return problem(
        507,
        'storage-full',
        'Insufficient Storage',
        'the disk on which Sluice keeps its state is full; nothing was accepted. Make room, and try again',
        { 'retry-after': String(STORAGE_FULL_RETRY_AFTER_SECONDS) },
      );
    default:
      return unreachable(outcome);
  }
}

function notAccepted(): Response {
  return problem(
    500,
    'internal-error',
    'Internal Server Error',
    'the event was not accepted because of a fault on our side; try again',
  );
}

/** Returns the credential, or else the seconds after which to try again because too many logins failed, or 0. */
async function authenticate(
  { headers, requestContext }: APIGatewayProxyEventV2,
  guard: LoginGuard,
  find: (user: string) => Promise<PublishCredential | undefined>,
): Promise<PublishCredential | number> {
  const address = requestContext.http.sourceIp;
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,1000})$/i.exec(headers['authorization'] ?? '')?.[1];
  const bytes = parseBase64(encoded ?? '');
  const text = bytes === undefined ? '' : (decodeUtf8(bytes) ?? '');
  const user = text.slice(0, Math.max(0, text.indexOf(':')));
  // Users are UUIDs, so the table is not read for any other name.
  if (!isUuid(user)) return guard.failedByShape(address);
  const login = { address, credential: user };
  const credential = guard.isWorthLooking(login) ? await find(user) : undefined;
  if (credential === undefined) return guard.failed(login, true);
  const given = Buffer.from(sha256Hex(text.slice(user.length + 1)));
  const expected = Buffer.from(credential.passwordHash);
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return guard.failed(login, false);
  guard.succeeded(login);
  return credential;
}

const REQUEST_ORIGIN = 'webhook-request-origin';

/**
 * Agrees to receive events (CloudEvents webhooks, section 4) if the request asks for that. This shows that the owner of
 * this address expects the sender; publishing still requires the password. Returns undefined for any other request.
 */
function answerHandshake(
  { headers, requestContext }: APIGatewayProxyEventV2,
  allowedOrigins: readonly string[],
): Response | undefined {
  const origin = headers[REQUEST_ORIGIN];
  if (requestContext.http.method !== 'OPTIONS' || origin === undefined || allowedOrigins.length === 0) {
    return undefined;
  }
  if (!allowedOrigins.includes('*') && !allowedOrigins.includes(origin.toLowerCase())) {
    return problem(
      403,
      'forbidden',
      'Forbidden',
      `expected a WebHook-Request-Origin that this installation allows, found ${JSON.stringify(origin.slice(0, 100))}`,
      { allow: 'POST' },
    );
  }
  return {
    statusCode: 200,
    headers: {
      allow: 'POST',
      'webhook-allowed-origin': origin,
      // The rate limit's 429 applies to every sender.
      'webhook-allowed-rate': '*',
    },
  };
}

/** The single segment of the path, with or without a trailing slash; undefined for any other path. */
function publicationName(rawPath: string): string | undefined {
  const segment = /^\/([^/]+)\/?$/.exec(rawPath)?.[1];
  return segment === undefined ? undefined : decodePercent(segment);
}
