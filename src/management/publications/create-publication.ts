import type { Clock } from '../../base/clock.ts';
import { newUuid } from '../../base/ids.ts';
import type { ValuesOf } from '../../domain/fields.ts';
import { publicationNameFault } from '../../domain/names.ts';
import {
  type Platform,
  PUBLICATIONS_PER_APP_MAX,
  type PublicationBase,
} from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { readRateLimit } from '../../domain/publications/rate-limit.ts';
import { readRetrySchedule } from '../../domain/publications/retry-schedule.ts';
import type {
  TargetCreated,
  TargetFields,
  TargetPlatform,
  TargetPorts,
} from '../../domain/publications/target-platform.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { startForStream, type WakePorts } from '../feeds/start-waiting-feeds.ts';
import { notFound } from '../not-found.ts';
import { filterRefusal, type NewLink, newStream, streamLimitRefusal } from '../streams/manage-streams.ts';
import { allOrNothing } from '../undo.ts';

export interface PublicationPorts extends TargetPorts, WakePorts {
  readonly publications: PublicationStore;
  readonly subscriptions: SubscriptionStore;
  readonly streams: StreamStore;
  readonly targets: readonly TargetPlatform[];
  readonly clock: Clock;
}

export interface WantedPublication {
  readonly name: string;
  /** Settings as described by the target's fields. */
  readonly settings: ValuesOf<TargetFields['settings']>;
  /** Durations such as `30s`; null: the default schedule. */
  readonly retry: readonly string[] | null;
  /** Such as `10/s`; null: no limit. */
  readonly rateLimit?: string | null | undefined;
  readonly indexAttempts?: boolean | undefined;
  readonly link?: NewLink | undefined;
}

export type PublicationCreated = Pick<TargetCreated<Platform>, 'kind' | 'publication' | 'shownOnce'>;

/** Checks everything first, then writes; earlier writes are undone if a later one is refused or fails. */
export async function createPublication(
  ports: PublicationPorts,
  appId: string,
  target: TargetPlatform,
  wanted: WantedPublication,
): Promise<PublicationCreated | Refusal> {
  const { publications, subscriptions, streams, clock } = ports;
  const fault = publicationNameFault(wanted.name);
  if (fault !== undefined) return refuse('invalid-name', fault);
  const held = await publications.list(appId);
  if (held.some(({ name }) => name === wanted.name)) return nameTaken(wanted.name);
  if (held.length >= PUBLICATIONS_PER_APP_MAX) {
    return refuse(
      'limit-reached',
      `expected at most ${PUBLICATIONS_PER_APP_MAX} publications in an app, found ${held.length}: delete one that is no longer used`,
    );
  }
  const schedule = readRetrySchedule(wanted.retry);
  if (schedule.kind === 'refused') return schedule;
  const rate = readRateLimit(wanted.rateLimit ?? null);
  if (rate.kind === 'refused') return rate;
  const source = await checkLink(ports, appId, wanted.link);
  if (source !== undefined && 'kind' in source) return source;
  const nowMs = clock.now();
  const base: PublicationBase = {
    id: newUuid(),
    appId,
    name: wanted.name,
    state: 'active',
    retryDelaysMs: schedule.delaysMs,
    ...(rate.limit !== undefined && { rateLimit: rate.limit }),
    ...(wanted.indexAttempts === true && { attemptsIndexedSinceMs: nowMs }),
    createdAtMs: nowMs,
    version: 1,
  };
  const created = await target.create(ports, base, wanted.settings);
  if (created.kind === 'refused') return created;
  const { publication, authorization } = created;

  const outcome = await allOrNothing(async (undo): Promise<PublicationCreated | Refusal> => {
    if ((await publications.create(publication)) === 'name-taken') return nameTaken(wanted.name);
    undo.add(() => publications.remove(appId, publication.id));
    // A deletion of the authorization looks for its users again after removing it, so one of the two sees the other.
    if (
      authorization !== undefined &&
      (await ports.authorizations.get(appId, authorization.id)) === undefined
    ) {
      return notFound('authorization', authorization.alias);
    }
    if (source !== undefined) {
      const stream = newStream(source, publication, wanted.link?.filter ?? null, clock.now());
      undo.add(() => streams.remove(appId, stream.subscriptionId, stream.publicationId));
      await streams.create(stream);
      if ((await subscriptions.get(appId, source.id)) === undefined)
        return notFound('subscription', source.name);
    }
    return created;
  });
  if (outcome.kind === 'created' && source !== undefined) await startForStream(ports, source);
  return outcome;
}

/** Undefined if no stream is requested. */
async function checkLink(
  { subscriptions, streams }: PublicationPorts,
  appId: string,
  link: NewLink | undefined,
): Promise<Subscription | Refusal | undefined> {
  if (link === undefined) return undefined;
  const source = await subscriptions.get(appId, link.other);
  if (source === undefined) return notFound('subscription', link.other);
  return filterRefusal(link.filter) ?? (await streamLimitRefusal(streams, appId)) ?? source;
}

function nameTaken(name: string): Refusal {
  return refuse(
    'name-taken',
    `a publication named ${JSON.stringify(name)} exists in this app: choose another name`,
  );
}
