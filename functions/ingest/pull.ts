import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { LookupCache } from '../../src/base/cache.ts';
import { isJsonObject } from '../../src/base/json.ts';
import { decodePercent } from '../../src/base/percent.ts';
import type { Timers } from '../../src/base/timers.ts';
import { TokenBuckets } from '../../src/base/token-buckets.ts';
import { unreachable } from '../../src/base/unreachable.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { parseWholeNumber } from '../../src/base/whole-number.ts';
import type { DeliveryStore } from '../../src/domain/deliveries/delivery-store.ts';
import { PULL_WAIT_SECONDS_MAX, TAKEN_MAX } from '../../src/domain/deliveries/pull.ts';
import type { PublicationOf } from '../../src/domain/publications/publication.ts';
import type { PublicationStore } from '../../src/domain/publications/publication-store.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { type OpenPullPorts, openPull } from '../../src/management/publications/open-pull.ts';
import { requestBody } from '../../src/middleware/request-body.ts';
import { acknowledge } from '../../src/pipeline/pull/acknowledge.ts';
import { type TakenDelivery, takeDeliveries } from '../../src/pipeline/pull/take-deliveries.ts';
import { APP_BURST_SECONDS } from '../../src/settings/runtime.ts';
import type { Log } from '../../src/telemetry/logger.ts';
import type { Metrics } from '../../src/telemetry/metrics.ts';
import { badRequest, json, notFound, problem, type Response, tooMany, wrongMethod } from './answers.ts';

export interface PullHandlerPorts extends Pick<OpenPullPorts, 'subscriptions' | 'streams' | 'clock'> {
  readonly publications: PublicationStore;
  readonly deliveries: Pick<DeliveryStore, 'get' | 'listAvailable' | 'update'>;
  readonly timers: Timers;
  /** Per app, in this process. The same number applies to pulls. */
  readonly appPublishesPerSecond: number;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** How long a publication is cached. */
const CACHED_MS = 10_000;
const CACHED_MAX = 10_000;
/** Waiting pulls of one app in this process; a further pull is answered at once. */
const WAITING_PER_APP_MAX = 100;
/** Reserved for the answer at the end of the function's time. */
const ANSWER_MS = 3_000;
/** A hundred receipts take 5 kB. */
const ACK_BYTES_MAX = 65_536;

const PARAMETERS = ['max', 'wait', 'ack'];

/** The subscribe URL: `GET /<subscription>`, and `POST /<subscription>/ack`. The caller is already authenticated. */
export function makePullHandler(ports: PullHandlerPorts) {
  const { clock, appPublishesPerSecond: perSecond } = ports;
  const opened = new LookupCache<PublicationOf<'pull'> | Refusal>(CACHED_MAX, {
    clock,
    ageMsMax: CACHED_MS,
  });
  const rates = new TokenBuckets({ perSecond, atOnce: perSecond * APP_BURST_SECONDS }, clock);
  const waiting = new Map<string, number>();

  return async (event: APIGatewayProxyEventV2, appId: string, context: Context): Promise<Response> => {
    const path = readPath(event.rawPath);
    if (path === undefined) {
      return notFound(
        `expected the path /<subscription name> or /<subscription name>/ack, found ${JSON.stringify(event.rawPath.slice(0, 100))}`,
      );
    }
    const { method } = event.requestContext.http;
    if (method !== (path.isAck ? 'POST' : 'GET')) {
      if (!path.isAck && method === 'POST') {
        return problem(
          403,
          'forbidden',
          'Forbidden',
          'expected the user and password of the publish URL for a publish, found those of the subscribe URL; see `sluice config`',
        );
      }
      return wrongMethod(method, path.isAck ? 'POST' : 'GET');
    }
    const wait = rates.take(appId);
    if (wait > 0) return tooMany(`pulls of this app: ${perSecond} a second are taken`, wait);
    // The request is read before anything is created for the name.
    const request = path.isAck ? readAcknowledgement(event) : readPull(event);
    if (request.kind === 'malformed') return badRequest(request.message);
    const publication = await open(appId, path.name);
    if ('kind' in publication) return refused(publication);
    switch (request.kind) {
      case 'acknowledgement':
        return answerAcknowledgement(ports, publication, request.receipts);
      case 'pull':
        return answerPull(publication, request, context);
      default:
        return unreachable(request);
    }
  };

  async function open(appId: string, name: string): Promise<PublicationOf<'pull'> | Refusal> {
    const key = `${appId}/${name}`;
    const found = await opened.get(key, async () => {
      const outcome = await openPull(ports, appId, name);
      return outcome.kind === 'open' ? outcome.publication : outcome;
    });
    // The publication may exist in a moment.
    if ('kind' in found) opened.forget(key);
    return found;
  }

  async function answerPull(
    publication: PublicationOf<'pull'>,
    request: PullRequest,
    context: Context,
  ): Promise<Response> {
    const { appId, name } = publication;
    if (publication.state !== 'active') {
      return problem(
        409,
        'publication-not-active',
        'Conflict',
        `expected the publication ${name} to be active, found it ${publication.state}: its deliveries wait until it is resumed`,
      );
    }
    const waitingNow = waiting.get(appId) ?? 0;
    const longestMs = waitingNow < WAITING_PER_APP_MAX ? context.getRemainingTimeInMillis() - ANSWER_MS : 0;
    const waitMs = Math.max(0, Math.min(request.waitSeconds * 1_000, longestMs));
    waiting.set(appId, waitingNow + 1);
    let taken: readonly TakenDelivery[];
    try {
      taken = await takeDeliveries(ports, publication, {
        max: request.max ?? 1,
        waitMs,
        isAckRequired: request.isAckRequired,
      });
    } finally {
      const left = (waiting.get(appId) ?? 1) - 1;
      if (left > 0) waiting.set(appId, left);
      else waiting.delete(appId);
    }
    if (taken.length > 0) {
      if (!request.isAckRequired) ports.metrics.count('Delivered', taken.length);
      ports.log.write('PULLED', {
        appId,
        publication: name,
        count: taken.length,
        isAckRequired: request.isAckRequired,
      });
    }
    return answerOf(request, taken);
  }
}

/** Reads `/<name>` or `/<name>/ack`, with or without a trailing slash. */
function readPath(rawPath: string): { readonly name: string; readonly isAck: boolean } | undefined {
  const [, segment, ack] = /^\/([^/]+)(\/ack)?\/?$/.exec(rawPath) ?? [];
  const name = segment === undefined ? undefined : decodePercent(segment);
  return name === undefined ? undefined : { name, isAck: ack !== undefined };
}

interface PullRequest {
  readonly kind: 'pull';
  /** Absent: one event, unwrapped. */
  readonly max: number | undefined;
  readonly waitSeconds: number;
  readonly isAckRequired: boolean;
}

interface Malformed {
  readonly kind: 'malformed';
  readonly message: string;
}

function readPull({ queryStringParameters: query = {} }: APIGatewayProxyEventV2): PullRequest | Malformed {
  const unknown = Object.keys(query).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) {
    return malformed(`expected the parameters ${PARAMETERS.join(', ')}, found ${quoted(unknown)}`);
  }
  const { max, wait, ack } = query;
  const count = max === undefined ? undefined : parseWholeNumber(max);
  if (max !== undefined && (count === undefined || count < 1 || count > TAKEN_MAX)) {
    return malformed(`expected "max" to be a whole number from 1 to ${TAKEN_MAX}, found ${quoted(max)}`);
  }
  const seconds = parseWholeNumber(wait ?? '0');
  if (seconds === undefined || seconds < 0 || seconds > PULL_WAIT_SECONDS_MAX) {
    return malformed(
      `expected "wait" to be whole seconds from 0 to ${PULL_WAIT_SECONDS_MAX}, found ${quoted(wait ?? '')}`,
    );
  }
  if (ack !== undefined && ack !== 'required') {
    return malformed(`expected "ack" to be "required", or absent, found ${quoted(ack)}`);
  }
  return { kind: 'pull', max: count, waitSeconds: seconds, isAckRequired: ack !== undefined };
}

interface AcknowledgementRequest {
  readonly kind: 'acknowledgement';
  readonly receipts: readonly string[];
}

function readAcknowledgement(event: APIGatewayProxyEventV2): AcknowledgementRequest | Malformed {
  const expected = `expected JSON such as {"receipts":["…"]}, with 1 to ${TAKEN_MAX} receipts`;
  const bytes = requestBody(event);
  if (bytes.length > ACK_BYTES_MAX) return malformed(`${expected}, found ${bytes.length} bytes`);
  let body: unknown;
  try {
    body = JSON.parse(decodeUtf8(bytes) ?? '');
  } catch {
    // The sender's fault. Its text is not quoted, because it may contain receipts.
    return malformed(`${expected}, found text that is not JSON`);
  }
  const receipts = isJsonObject(body) ? body['receipts'] : undefined;
  if (!Array.isArray(receipts)) return malformed(`${expected}, found none`);
  const texts = receipts.filter((receipt) => typeof receipt === 'string');
  if (texts.length !== receipts.length) return malformed(`${expected}, found one that is not a text`);
  if (texts.length < 1 || texts.length > TAKEN_MAX) return malformed(`${expected}, found ${texts.length}`);
  return { kind: 'acknowledgement', receipts: texts };
}

function malformed(message: string): Malformed {
  return { kind: 'malformed', message };
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

/** Events are inserted as raw JSON, so that integers beyond 2^53 stay exact. */
function answerOf({ max, isAckRequired }: PullRequest, taken: readonly TakenDelivery[]): Response {
  const answer = (contentType: string, body: string): Response => ({
    statusCode: 200,
    headers: { 'content-type': contentType, 'cache-control': 'no-store' },
    body,
  });
  if (isAckRequired) {
    const deliveries = taken.map(({ delivery, eventJson, receipt }) => {
      const { id, heldUntilMs = 0, attemptCount } = delivery;
      const about = JSON.stringify({
        id,
        receipt,
        attempt: attemptCount + 1,
        acknowledge_by: new Date(heldUntilMs).toISOString(),
      });
      return `${about.slice(0, -1)},"event":${eventJson}}`;
    });
    return answer('application/json', `{"deliveries":[${deliveries.join(',')}]}`);
  }
  const events = taken.map(({ eventJson }) => eventJson);
  if (max !== undefined) return answer('application/cloudevents-batch+json', `[${events.join(',')}]`);
  const [event] = events;
  if (event === undefined) return { statusCode: 204, headers: { 'cache-control': 'no-store' } };
  return answer('application/cloudevents+json', event);
}

async function answerAcknowledgement(
  ports: PullHandlerPorts,
  publication: PublicationOf<'pull'>,
  receipts: readonly string[],
): Promise<Response> {
  const results = await acknowledge(ports, publication, receipts);
  const newCount = results.filter(({ isNew }) => isNew).length;
  const goneCount = results.filter(({ result }) => result === 'gone').length;
  if (newCount > 0) ports.metrics.count('Delivered', newCount);
  ports.log.write('ACKNOWLEDGED', {
    appId: publication.appId,
    publication: publication.name,
    count: results.length - goneCount,
    goneCount,
  });
  return json(200, {
    acknowledged: results.length - goneCount,
    results: results.map(({ result }, index) => ({ receipt: receipts[index], result })),
  });
}

function refused({ id, message }: Refusal): Response {
  if (id === 'not-found') return notFound(message);
  return problem(409, id, 'Conflict', message);
}
