import type { Clock } from '../../base/clock.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { STREAMS_PER_APP_MAX, type Stream, type StreamOrder } from '../../domain/streams/stream.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { compileFilter } from '../../pipeline/route/filter.ts';
import { compileOrderKey } from '../../pipeline/route/order-key.ts';
import { startForStream, type WakePorts } from '../feeds/start-waiting-feeds.ts';
import { notFound } from '../not-found.ts';
import { allOrNothing } from '../undo.ts';

export interface StreamPorts extends WakePorts {
  readonly subscriptions: SubscriptionStore;
  readonly publications: PublicationStore;
  readonly streams: StreamStore;
  readonly clock: Clock;
}

/** The requested pair, as names or ids. */
export interface StreamPair {
  readonly source: string;
  readonly target: string;
}

/** Absent settings stay unchanged; a new stream is created without them. */
export interface StreamSettings {
  readonly filter?: string | null | undefined;
  readonly ordered?: boolean | undefined;
  readonly key?: string | null | undefined;
  readonly trace_drops?: boolean | undefined;
}

/** A stream with both of its ends. */
export interface LinkedStream {
  readonly stream: Stream;
  readonly subscription: Subscription;
  readonly publication: Publication;
}

/** A stream to be created together with one of its ends. */
export interface NewLink {
  /** Name or id of the other end, which already exists. */
  readonly other: string;
  readonly filter: string | null;
}

export async function createStream(
  ports: StreamPorts,
  appId: string,
  pair: StreamPair,
  { filter, ordered, key, trace_drops: traceDrops }: StreamSettings,
): Promise<({ readonly kind: 'created' } & LinkedStream) | Refusal> {
  const { streams, subscriptions, publications, clock } = ports;
  const subscription = await subscriptions.get(appId, pair.source);
  if (subscription === undefined) return notFound('subscription', pair.source);
  const publication = await publications.get(appId, pair.target);
  if (publication === undefined) return notFound('publication', pair.target);
  const order = orderOf(publication, ordered ?? false, key);
  if (order?.kind === 'refused') return order;
  const fault = filterRefusal(filter ?? null) ?? (await streamLimitRefusal(streams, appId));
  if (fault !== undefined) return fault;
  const stream = withTracedDrops(
    newStream(subscription, publication, filter ?? null, clock.now(), order?.order),
    traceDrops,
  );
  const outcome = await allOrNothing<({ readonly kind: 'created' } & LinkedStream) | Refusal>(
    async (undo) => {
      if ((await streams.create(stream)) === 'exists') {
        return refuse(
          'name-taken',
          `${subscription.name} is linked to ${publication.name} already: change the filter of that stream instead`,
        );
      }
      undo.add(() => streams.remove(appId, subscription.id, publication.id));
      // Either end may have been deleted meanwhile, together with the streams that existed then.
      if ((await subscriptions.get(appId, subscription.id)) === undefined) {
        return notFound('subscription', pair.source);
      }
      if ((await publications.get(appId, publication.id)) === undefined) {
        return notFound('publication', pair.target);
      }
      return { kind: 'created', stream, subscription, publication };
    },
  );
  if (outcome.kind === 'created') await startForStream(ports, subscription);
  return outcome;
}

/** A check of the current stream before it is changed. */
type Precondition = (current: LinkedStream) => Refusal | undefined;

export async function changeStream(
  ports: StreamPorts,
  appId: string,
  pair: StreamPair,
  change: StreamSettings,
  precondition?: Precondition,
): Promise<({ readonly kind: 'updated' } & LinkedStream) | Refusal> {
  const found = await findStream(ports, appId, pair);
  if (found.kind === 'refused') return found;
  const { order: former, ...rest } = found.stream;
  const ordered = change.ordered ?? former !== undefined;
  // A key alone refers to the existing order; an ordered stream retains its key unless another one is given.
  const key = change.key === undefined && ordered ? former?.key : change.key;
  const order = orderOf(found.publication, ordered, key);
  if (order?.kind === 'refused') return order;
  const filter = change.filter === undefined ? rest.filter : change.filter;
  const fault = precondition?.(found) ?? filterRefusal(filter);
  if (fault !== undefined) return fault;
  const stream = withTracedDrops(
    { ...rest, filter, ...(order !== undefined && { order: order.order }) },
    change.trace_drops,
  );
  if ((await ports.streams.update(stream)) === 'gone') return notLinked(pair);
  return { ...found, kind: 'updated', stream };
}

/** Returns the stream unchanged unless `traceDrops` is given. */
function withTracedDrops(stream: Stream, traceDrops: boolean | undefined): Stream {
  if (traceDrops === undefined) return stream;
  return { ...stream, traceDrops: traceDrops ? true : undefined };
}

export async function deleteStream(
  ports: StreamPorts,
  appId: string,
  pair: StreamPair,
  precondition?: Precondition,
): Promise<({ readonly kind: 'deleted' } & LinkedStream) | Refusal> {
  const found = await findStream(ports, appId, pair);
  if (found.kind === 'refused') return found;
  const refused = precondition?.(found);
  if (refused !== undefined) return refused;
  const { stream } = found;
  if ((await ports.streams.remove(appId, stream.subscriptionId, stream.publicationId)) === 'gone') {
    return notLinked(pair);
  }
  return { ...found, kind: 'deleted' };
}

export async function findStream(
  { subscriptions, publications, streams }: StreamPorts,
  appId: string,
  pair: StreamPair,
): Promise<({ readonly kind: 'found' } & LinkedStream) | Refusal> {
  const subscription = await subscriptions.get(appId, pair.source);
  if (subscription === undefined) return notFound('subscription', pair.source);
  const publication = await publications.get(appId, pair.target);
  if (publication === undefined) return notFound('publication', pair.target);
  const ofSubscription = await streams.listOfSubscription(appId, subscription.id);
  const stream = ofSubscription.find((each) => each.publicationId === publication.id);
  return stream === undefined ? notLinked(pair) : { kind: 'found', stream, subscription, publication };
}

export function newStream(
  subscription: Pick<Subscription, 'id' | 'appId'>,
  publication: Pick<Publication, 'id' | 'name'>,
  filter: string | null,
  nowMs: number,
  order?: StreamOrder,
): Stream {
  return {
    appId: subscription.appId,
    subscriptionId: subscription.id,
    publicationId: publication.id,
    publicationName: publication.name,
    filter,
    ...(order !== undefined && { order }),
    createdAtMs: nowMs,
  };
}

/** Undefined for an unordered stream. */
function orderOf(
  { name, platform }: Publication,
  ordered: boolean,
  key: string | null | undefined,
): { readonly kind: 'order'; readonly order: StreamOrder } | Refusal | undefined {
  if (!ordered) {
    if (typeof key !== 'string') return undefined;
    return refuse(
      'invalid-key',
      'expected "key" only on an ordered stream, found it on one that is not: give "ordered" with it',
    );
  }
  if (platform === 'pull') {
    return refuse(
      'unprocessable',
      `expected a publication that events are sent to on an ordered stream, found ${name}, which is pulled: who pulls takes the oldest first and decides what goes on beside it`,
    );
  }
  if (typeof key === 'string') {
    const compiled = compileOrderKey(key);
    if (!compiled.ok) return refuse('invalid-key', `the key mapping does not compile: ${compiled.message}`);
  }
  return { kind: 'order', order: { key: key ?? null } };
}

/** Undefined if the filter compiles. */
export function filterRefusal(filter: string | null): Refusal | undefined {
  if (filter === null) return undefined;
  const compiled = compileFilter(filter);
  return compiled.ok
    ? undefined
    : refuse('invalid-filter', `the filter does not compile: ${compiled.message}`);
}

export async function streamLimitRefusal(streams: StreamStore, appId: string): Promise<Refusal | undefined> {
  const held = await streams.list(appId);
  if (held.length < STREAMS_PER_APP_MAX) return undefined;
  return refuse(
    'limit-reached',
    `expected at most ${STREAMS_PER_APP_MAX} streams in an app, found ${held.length}: delete one that is no longer used`,
  );
}

function notLinked({ source, target }: StreamPair): Refusal {
  return refuse(
    'not-found',
    `expected a stream from ${JSON.stringify(source.slice(0, 100))} to ${JSON.stringify(target.slice(0, 100))}, found none; \`sluice events:streams\` lists them`,
  );
}
