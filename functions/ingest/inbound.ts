import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { LookupCache } from '../../src/base/cache.ts';
import type { Clock } from '../../src/base/clock.ts';
import { TokenBuckets } from '../../src/base/token-buckets.ts';
import type { PublishCredential } from '../../src/domain/apps/app.ts';
import type { PublishCredentialStore } from '../../src/domain/apps/app-store.ts';
import type { SecretBox } from '../../src/domain/secret-box.ts';
import {
  type InboundVerification,
  inboundAddressOf,
  inboundUser,
  isOpenedBy,
} from '../../src/domain/subscriptions/inbound.ts';
import type { WebhookSubscription } from '../../src/domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../src/domain/subscriptions/subscription-store.ts';
import type { LoginGuard } from '../../src/middleware/login-guard.ts';
import { requestBody } from '../../src/middleware/request-body.ts';
import type { PublishOutcome } from '../../src/pipeline/publish/publish.ts';
import type { Receiver } from '../../src/pipeline/receive/receive.ts';
import { APP_BURST_SECONDS } from '../../src/settings/runtime.ts';
import { notFound, problem, type Response, tooMany, wrongMethod } from './answers.ts';

/** What only requests to inbound URLs need; loaded with the first of them. */
export interface InboundParts {
  readonly receiver: Receiver;
  readonly secrets: SecretBox;
  /** Whether any of the secrets proves that the request is its sender's. */
  readonly isProven: (
    verify: InboundVerification,
    proof: {
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly body: Uint8Array;
      readonly nowMs: number;
    },
    secrets: readonly string[],
  ) => boolean;
}

export interface InboundHandlerPorts {
  readonly credentials: PublishCredentialStore;
  readonly subscriptions: Pick<SubscriptionStore, 'get'>;
  readonly inboundParts: () => Promise<InboundParts>;
  readonly clock: Clock;
  /** Per app, in this process. The same number applies to requests to its inbound URLs. */
  readonly appPublishesPerSecond: number;
}

/** How long an address, a subscription or a secret is cached. */
const CACHED_MS = 10_000;
const CACHED_MAX = 10_000;
/** A sender keeps what it could not send, and retries. */
const PAUSED_RETRY_AFTER_SECONDS = 60;
/** The maximum length of a DNS name. */
const ORIGIN_LENGTH_MAX = 253;

/** `POST /in/<128 random bits>`: posted bodies become events of the subscription that has the address. */
export function makeInboundHandler(
  ports: InboundHandlerPorts,
  guard: LoginGuard,
  answerOutcome: (outcome: PublishOutcome, subscription: WebhookSubscription) => Response,
) {
  const { clock, appPublishesPerSecond: perSecond } = ports;
  const aging = { clock, ageMsMax: CACHED_MS };
  const addresses = new LookupCache<PublishCredential | undefined>(CACHED_MAX, aging);
  const subscriptions = new LookupCache<WebhookSubscription | undefined>(CACHED_MAX, aging);
  const secrets = new LookupCache<string>(CACHED_MAX, aging);
  const rates = new TokenBuckets({ perSecond, atOnce: perSecond * APP_BURST_SECONDS }, clock);

  return async (event: APIGatewayProxyEventV2): Promise<Response> => {
    const address = inboundAddressOf(event.rawPath);
    const login = {
      address: event.requestContext.http.sourceIp,
      credential: address === undefined ? '' : inboundUser(address),
    };
    const subscription =
      address !== undefined && guard.isWorthLooking(login)
        ? await find(address, login.credential)
        : undefined;
    if (subscription === undefined) {
      const wait = address === undefined ? guard.failedByShape(login.address) : guard.failed(login, true);
      // The address is not quoted: it may differ from a valid one by a single character.
      return wait > 0 ? tooMany('requests to unknown addresses', wait) : notFound('no such address');
    }
    guard.succeeded(login);
    const { method } = event.requestContext.http;
    if (method === 'OPTIONS') return answerHandshake(event, perSecond);
    if (method !== 'POST') return wrongMethod(method, 'POST', 'OPTIONS');
    const rateWait = rates.take(subscription.appId);
    if (rateWait > 0)
      return tooMany(`requests to inbound URLs of this app: ${perSecond} a second are taken`, rateWait);
    const parts = await ports.inboundParts();
    const body = requestBody(event);
    const { headers } = event;
    const proof = { headers, body, nowMs: clock.now() };
    if (!parts.isProven(subscription.verify, proof, await secretsOf(parts.secrets, subscription))) {
      const wait = guard.failed(login, false);
      if (wait > 0) return tooMany('requests with a wrong signature', wait);
      // The answer does not say what was wrong with the signature, because that would help an attacker.
      return problem(
        401,
        'invalid-signature',
        'Unauthorized',
        'expected a request with the signature of its sender',
      );
    }
    if (subscription.paused) {
      return problem(
        503,
        'subscription-paused',
        'Service Unavailable',
        'the subscription is paused: nothing was accepted, try again later',
        { 'retry-after': String(PAUSED_RETRY_AFTER_SECONDS) },
      );
    }
    return answerOutcome(await parts.receiver.receive(subscription, { headers, body }), subscription);
  };

  async function find(address: string, user: string): Promise<WebhookSubscription | undefined> {
    const known = await addresses.get(user, () => ports.credentials.find(user));
    if (known?.use !== 'inbound' || known.subscriptionName === undefined) return undefined;
    const { appId, subscriptionName } = known;
    const key = `${appId}/${subscriptionName}`;
    const read = () =>
      subscriptions.get(key, async () => {
        const found = await ports.subscriptions.get(appId, subscriptionName);
        return found?.platform === 'webhook' ? found : undefined;
      });
    const cached = await read();
    if (cached === undefined || isOpenedBy(cached, address, clock.now())) return cached;
    // The subscription may have received another address since it was read: a caller that has the new one need not
    // wait.
    subscriptions.forget(key);
    const current = await read();
    return current !== undefined && isOpenedBy(current, address, clock.now()) ? current : undefined;
  }

  function secretsOf(box: SecretBox, subscription: WebhookSubscription): Promise<string[]> {
    const { appId, id: resourceId, secret, formerSecret } = subscription;
    const former =
      formerSecret !== undefined && formerSecret.untilMs > clock.now() ? formerSecret.secret : undefined;
    return Promise.all(
      [secret, former]
        .filter((sealed) => sealed !== undefined)
        .map((sealed) =>
          secrets.get(sealed, () => box.decrypt(sealed, { appId, resourceId, secret: 'inboundSecret' })),
        ),
    );
  }
}

/**
 * Agrees to receive events (CloudEvents webhooks, section 4): only the owner and the sender know the address, so the
 * caller was told to ask here. Any other OPTIONS request is answered with the methods.
 */
function answerHandshake({ headers }: APIGatewayProxyEventV2, perSecond: number): Response {
  const origin = headers['webhook-request-origin'];
  if (origin === undefined) return { statusCode: 204, headers: { allow: 'POST, OPTIONS' } };
  if (origin.length > ORIGIN_LENGTH_MAX || !/^[\w.-]+$/.test(origin)) {
    return problem(
      400,
      'invalid-request',
      'Bad Request',
      'expected a DNS name as WebHook-Request-Origin, found another text',
    );
  }
  return {
    statusCode: 200,
    headers: {
      allow: 'POST, OPTIONS',
      'webhook-allowed-origin': origin,
      // Requests a minute.
      'webhook-allowed-rate': String(perSecond * 60),
    },
  };
}
