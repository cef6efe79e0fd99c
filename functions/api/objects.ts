import { unreachable } from '../../src/base/unreachable.ts';
import type { ApiToken, App, PublishCredential } from '../../src/domain/apps/app.ts';
import { type AllocationReading, usedPercent } from '../../src/domain/authorizations/allocation-store.ts';
import type { Authorization } from '../../src/domain/authorizations/authorization.ts';
import {
  type DeadLetter,
  type DeadLetterContent,
  type ListedDeadLetter,
  listedDeadLetter,
} from '../../src/domain/dead-letters/dead-letter.ts';
import type { Attempt, Delivery } from '../../src/domain/deliveries/delivery.ts';
import type { Feed } from '../../src/domain/feeds/feed.ts';
import { measureFeed } from '../../src/domain/feeds/feed-measure.ts';
import { acceptedWithin } from '../../src/domain/feeds/feed-progress.ts';
import type { StoredFeed } from '../../src/domain/feeds/feed-store.ts';
import type { FeedWorkerRecord } from '../../src/domain/feeds/feed-worker-record.ts';
import type { QuarantinedEvent, QuarantineRecord } from '../../src/domain/feeds/quarantine-store.ts';
import type { Publication } from '../../src/domain/publications/publication.ts';
import { retryScheduleText } from '../../src/domain/publications/retry-schedule.ts';
import type { Stream } from '../../src/domain/streams/stream.ts';
import type { Subscription } from '../../src/domain/subscriptions/subscription.ts';
import { quarantineId } from '../../src/management/quarantine/manage-quarantine.ts';

// How the nouns look on the wire: the pilot's field names beside the newer ones. Secrets have no way in here.

function time(ms: number): string {
  return new Date(ms).toISOString();
}

function optionalTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : time(ms);
}

export function appObject(app: App, publicApiUrl: string, publishBaseUrl: string): object {
  return {
    id: app.id,
    name: app.name,
    created_at: time(app.createdAtMs),
    api_url: `${publicApiUrl}/v1/tenants/${app.id}`,
    publish_host: new URL(publishBaseUrl).host,
  };
}

export function tokenObject(token: ApiToken): object {
  return { id: token.id, label: token.label, scope: token.scope.kind, created_at: time(token.createdAtMs) };
}

export function credentialObject(credential: PublishCredential): object {
  return { user: credential.user, created_at: time(credential.createdAtMs) };
}

export function authorizationObject(authorization: Authorization): object {
  const { alias, reason, pending } = authorization;
  return {
    id: authorization.id,
    alias,
    platform: authorization.platform,
    // `url` is the stock plugin's signal that the authorization is done: null before.
    params: { org_name: alias, alias, url: authorization.instanceUrl ?? null },
    status: authorization.status,
    reason: reason === undefined ? undefined : reasonObject(reason),
    flow: authorization.flow,
    login_url: authorization.loginUrl,
    username: authorization.username,
    org_id: authorization.orgId,
    created_at: time(authorization.createdAtMs),
    refreshed_at: optionalTime(authorization.refreshedAtMs),
    extra: pending === undefined ? null : { redirect_uri: pending.authorizeUrl },
  };
}

/** A subscription without what it is linked to. */
function subscriptionAlone(subscription: Subscription, feed: Feed | undefined): object {
  const { id, name, platform, paused } = subscription;
  const base = { id, name, platform, paused, created_at: time(subscription.createdAtMs) };
  if (subscription.platform === 'generate') {
    const { interval, mapping } = subscription;
    return { ...base, params: { interval, mapping }, status: { state: paused ? 'paused' : 'active' } };
  }
  const { topic, authorizationAlias: alias, replay, onInvalidCursor, format, repair = false } = subscription;
  const state = paused ? 'paused' : (feed?.state ?? 'starting');
  const reason = paused || feed?.reason === undefined ? undefined : reasonObject(feed.reason);
  return {
    ...base,
    params: {
      topic,
      event: topic,
      alias,
      org_name: alias,
      replay,
      on_invalid_cursor: onInvalidCursor,
      format,
      repair,
    },
    status: { state, reason },
  };
}

/** A publication without what it is linked to. */
function publicationAlone(publication: Publication): object {
  const { id, name, platform, state, stateReason, releaseAtMs, drain } = publication;
  const base = {
    id,
    name,
    platform,
    state,
    state_reason: stateReason,
    drain_rate: releaseAtMs === undefined ? undefined : drain?.ratePerSecond,
    retry: publication.retryDelaysMs === undefined ? undefined : retryScheduleText(publication.retryDelaysMs),
    created_at: time(publication.createdAtMs),
  };
  if (publication.platform === 'webhook') {
    const { url, contentMode, timeoutSeconds } = publication;
    return { ...base, params: { url, content_mode: contentMode, timeout_seconds: timeoutSeconds } };
  }
  const { topic, authorizationAlias: alias, via = 'pubsub' } = publication;
  return { ...base, params: { topic, event: topic, alias, org_name: alias, via } };
}

function reasonObject(reason: {
  readonly id: string;
  readonly message: string;
  readonly atMs: number;
}): object {
  return { id: reason.id, message: reason.message, at: time(reason.atMs) };
}

/** What an app's subscriptions, publications and streams are shown from: each read once. */
export interface Links {
  readonly subscriptions: readonly Subscription[];
  readonly publications: readonly Publication[];
  readonly streams: readonly Stream[];
  readonly feeds: readonly StoredFeed[];
}

export function subscriptionObject(subscription: Subscription, links: Links): object {
  const publications = new Map(links.publications.map((each) => [each.id, each]));
  const targets = links.streams
    .filter((stream) => stream.subscriptionId === subscription.id)
    .flatMap((stream) => {
      const publication = publications.get(stream.publicationId);
      return publication === undefined ? [] : [{ ...publicationAlone(publication), filter: stream.filter }];
    });
  return { ...subscriptionAlone(subscription, feedFor(subscription, links)), targets };
}

export function publicationObject(publication: Publication, links: Links): object {
  const subscriptions = new Map(links.subscriptions.map((each) => [each.id, each]));
  const sources = links.streams
    .filter((stream) => stream.publicationId === publication.id)
    .flatMap((stream) => {
      const subscription = subscriptions.get(stream.subscriptionId);
      if (subscription === undefined) return [];
      return [{ ...subscriptionAlone(subscription, feedFor(subscription, links)), filter: stream.filter }];
    });
  return { ...publicationAlone(publication), sources };
}

function feedFor(subscription: Subscription, { feeds }: Links): Feed | undefined {
  if (subscription.platform !== 'salesforce') return undefined;
  return feeds.find(({ feed }) => feed.id === subscription.feedId)?.feed;
}

export function streamObject(
  stream: Stream,
  source: Pick<Subscription, 'id' | 'name'>,
  target: Pick<Publication, 'id' | 'name'>,
): object {
  return {
    source: { id: source.id, name: source.name },
    target: { id: target.id, name: target.name },
    filter: stream.filter,
    created_at: time(stream.createdAtMs),
  };
}

/** `subscriptionNames` by id; a subscription that is gone is shown by its id. */
export function deliveryObject(delivery: Delivery, subscriptionNames: ReadonlyMap<string, string>): object {
  const { subscriptionId } = delivery;
  return {
    id: delivery.id,
    status: delivery.status,
    stage: delivery.stage,
    publication: { id: delivery.publicationId, name: delivery.publicationName },
    subscription:
      subscriptionId === undefined
        ? undefined
        : { id: subscriptionId, name: subscriptionNames.get(subscriptionId) ?? subscriptionId },
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    event_subject: delivery.eventSubject,
    attempt_count: delivery.attemptCount,
    last_error: lastErrorObject(delivery),
    next_attempt_at: optionalTime(delivery.nextAttemptAtMs),
    created_at: time(delivery.createdAtMs),
    updated_at: time(delivery.updatedAtMs),
  };
}

/** Of the last attempt, when that failed: what a list is looked at for. */
function lastErrorObject({ attempts }: Delivery): object | undefined {
  const last = attempts.at(-1);
  return last?.errorId === undefined ? undefined : { id: last.errorId, message: last.message };
}

export function attemptObject(attempt: Attempt): object {
  return {
    at: time(attempt.atMs),
    duration_ms: Math.round(attempt.durationMs),
    status: attempt.status,
    error_id: attempt.errorId,
    message: attempt.message,
  };
}

export function usersOfFeed(feedId: string, subscriptions: readonly Subscription[]): Subscription[] {
  return subscriptions.filter((each) => each.platform === 'salesforce' && each.feedId === feedId);
}

const HOUR_MS = 3_600_000;

/** `workers` are all that there are: whether somebody reads the feed decides on its lag. */
export function feedObject(
  stored: StoredFeed,
  users: readonly Subscription[],
  workers: readonly FeedWorkerRecord[],
  nowMs: number,
): object {
  const { feed } = stored;
  const { lagMs, cursorAgeMs } = measureFeed(stored, workers, nowMs);
  const hours = feed.hourly ?? [];
  return {
    id: feed.id,
    topic: feed.topic,
    alias: users.find((user) => user.platform === 'salesforce')?.authorizationAlias,
    subscriptions: users.map(({ name }) => name),
    state: feed.state,
    reason: feed.reason === undefined ? undefined : reasonObject(feed.reason),
    on_invalid_cursor: feed.onInvalidCursor,
    accepted_count: feed.acceptedCount,
    accepted_last_hour: acceptedWithin(hours, nowMs, HOUR_MS),
    accepted_last_day: acceptedWithin(hours, nowMs, 24 * HOUR_MS),
    lag_ms: lagMs,
    cursor_age_ms: cursorAgeMs,
    skip_before: optionalTime(feed.skipBeforeMs),
    cursor_at: optionalTime(feed.cursorAtMs),
    last_event_at: optionalTime(feed.lastEventAtMs),
    last_accepted_at: optionalTime(feed.lastAcceptedAtMs),
    not_before: optionalTime(feed.notBeforeMs),
    gaps: feed.gaps.map((gap) => ({
      at: time(gap.atMs),
      cursor_at: time(gap.cursorAtMs),
      message: gap.message,
    })),
    created_at: time(feed.createdAtMs),
  };
}

export function quarantineRecordObject(record: QuarantineRecord): object {
  return {
    id: quarantineId(record),
    topic: record.topic,
    event_id: record.eventId,
    schema_id: record.schemaId,
    replay_id: record.cursor,
    reason: record.message,
    payload_bytes: record.payloadBytes,
    at: time(record.atMs),
  };
}

export function quarantinedObject({ payload, ...record }: QuarantinedEvent): object {
  return {
    ...quarantineRecordObject({ ...record, payloadBytes: payload.length }),
    payload: Buffer.from(payload).toString('base64'),
  };
}

/** `appNames` by id: an app may be gone. */
export function deadLetterObject(
  deadLetter: ListedDeadLetter,
  appNames: ReadonlyMap<string, string>,
): object {
  return {
    id: deadLetter.id,
    queue: deadLetter.queue,
    ...contentFields(deadLetter.content, appNames),
    reason: deadLetter.reason,
    receive_count: deadLetter.receiveCount,
    sent_at: time(deadLetter.sentAtMs),
    first_received_at: optionalTime(deadLetter.firstReceivedAtMs),
  };
}

function contentFields(content: DeadLetterContent, appNames: ReadonlyMap<string, string>): object {
  switch (content.kind) {
    case 'delivery':
      return {
        kind: content.kind,
        app: { id: content.appId, name: appNames.get(content.appId) },
        publication: { id: content.publicationId, name: content.publicationName },
        subscription_id: content.subscriptionId,
        event_count: content.eventCount,
        event_id: content.event?.id,
        event_type: content.event?.type,
        event_subject: content.event?.subject,
      };
    case 'retry':
      return {
        kind: content.kind,
        app: { id: content.appId, name: appNames.get(content.appId) },
        publication: { id: content.publicationId },
        delivery_id: content.deliveryId,
      };
    case 'poll':
      return { kind: content.kind, feed_ids: content.feedIds };
    case 'unreadable':
      return { kind: content.kind };
    default:
      return unreachable(content);
  }
}

/** With its whole body: for the administration only. */
export function deadLetterDetail(deadLetter: DeadLetter, appNames: ReadonlyMap<string, string>): object {
  return { ...deadLetterObject(listedDeadLetter(deadLetter), appNames), body: deadLetter.body };
}

/** `feeds` are those of the authorization; `published` is what we published with it in the hour that runs. */
export function allocationObject(
  { alias, orgId }: Authorization,
  reading: AllocationReading | undefined,
  feeds: readonly Feed[],
  published: number,
  nowMs: number,
): object {
  return {
    alias,
    org_id: orgId,
    read_at: optionalTime(reading?.readAtMs),
    limits: (reading?.limits ?? []).map((limit) => ({ ...limit, used_percent: usedPercent(limit) })),
    delivered_last_day: feeds.reduce(
      (sum, { hourly }) => sum + acceptedWithin(hourly ?? [], nowMs, 24 * HOUR_MS),
      0,
    ),
    published_this_hour: published,
  };
}
