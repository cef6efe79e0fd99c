import type { ValuesOf } from '../../domain/fields.ts';
import { closedBreaker, isClosed, withProbeAtOnce } from '../../domain/publications/breaker-rules.ts';
import { DRAIN_AGAIN_MS, DRAIN_RATE, type Publication } from '../../domain/publications/publication.ts';
import { readRateLimit } from '../../domain/publications/rate-limit.ts';
import { readRetrySchedule } from '../../domain/publications/retry-schedule.ts';
import { type TargetFields, targetNamed } from '../../domain/publications/target-platform.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { updateRecord } from '../../domain/update-record.ts';
import { offerProbe } from '../../pipeline/deliver/offer-probe.ts';
import {
  discardParkedDeliveries,
  type ParkedDeliveriesPorts,
  startDrain,
} from '../../pipeline/deliver/parked-deliveries.ts';
import { PUBLICATION_AGE_MS_MAX } from '../../pipeline/deliver/publication-cache.ts';
import { foreignChange } from '../foreign-change.ts';
import { notFound } from '../not-found.ts';
import type { PublicationPorts } from './create-publication.ts';

export type ChangePublicationPorts = PublicationPorts & ParkedDeliveriesPorts;

/** What is absent stays as it is. */
export interface PublicationChange {
  /** false also enables a disabled one. */
  readonly paused?: boolean | undefined;
  /** With `paused: false` only, within `DRAIN_RATE`. Absent: that of the drain under way, or the usual one. */
  readonly drainRate?: number | undefined;
  /** Durations such as `30s`; null: the usual schedule. */
  readonly retry?: readonly string[] | null | undefined;
  /** Such as `10/s`; null: none. */
  readonly rateLimit?: string | null | undefined;
  readonly indexAttempts?: boolean | undefined;
  /** As the fields of the targets describe them. */
  readonly settings: ValuesOf<TargetFields['changes']>;
  /** Looks at the publication that is to be changed; what it refuses is not. */
  readonly precondition?: ((current: Publication) => Refusal | undefined) | undefined;
}

export async function changePublication(
  ports: ChangePublicationPorts,
  appId: string,
  nameOrId: string,
  change: PublicationChange,
): Promise<{ readonly kind: 'updated'; readonly publication: Publication } | Refusal> {
  const { publications, targets } = ports;
  const current = await publications.get(appId, nameOrId);
  if (current === undefined) return notFound('publication', nameOrId);
  const target = targetNamed(targets, current.platform);
  const fault = changeRefusal(ports, current, change);
  if (fault !== undefined) return fault;
  const changed = await target.change(ports, current, change.settings);
  if (changed.kind === 'refused') return changed;
  const schedule = change.retry === undefined ? undefined : readRetrySchedule(change.retry);
  if (schedule?.kind === 'refused') return schedule;
  const rate = change.rateLimit === undefined ? undefined : readRateLimit(change.rateLimit);
  if (rate?.kind === 'refused') return rate;
  const updated = await updateRecord<Publication>({
    read: () => publications.get(appId, current.id),
    change: (publication) => {
      const refused = change.precondition?.(publication);
      if (refused !== undefined) return refused;
      const settings = changed.apply(publication);
      if ('kind' in settings) return settings;
      const nowMs = ports.clock.now();
      return {
        ...withSettings(publication, settings, change, nowMs),
        ...stateAfter(publication, change, nowMs),
        drainRatePerSecond: change.drainRate ?? publication.drainRatePerSecond,
        ...(schedule !== undefined && { retryDelaysMs: schedule.delaysMs }),
        ...(rate !== undefined && { rateLimit: rate.limit }),
        attemptsIndexedSinceMs: indexedSince(publication, change.indexAttempts, nowMs),
      };
    },
    write: (publication) => publications.update(publication),
    missing: notFound('publication', nameOrId).message,
  });
  if (updated.kind === 'refused') return updated;
  const { record } = updated;
  if (change.paused === false) await startDrain(ports, record);
  else await offerProbe(ports, record);
  return { kind: 'updated', publication: record };
}

/** What is on already stays as it is. Turned off and on again it begins anew, because it has a gap. */
function indexedSince(
  { attemptsIndexedSinceMs }: Publication,
  isIndexed: boolean | undefined,
  nowMs: number,
): number | undefined {
  if (isIndexed === false) return undefined;
  // Whoever delivers may see the publication as it was for so long.
  return isIndexed === true
    ? (attemptsIndexedSinceMs ?? nowMs + PUBLICATION_AGE_MS_MAX)
    : attemptsIndexedSinceMs;
}

function changeRefusal(
  { targets }: PublicationPorts,
  { platform }: Publication,
  { paused, drainRate, settings }: PublicationChange,
): Refusal | undefined {
  if (drainRate !== undefined && paused !== false) {
    return refuse(
      'invalid-request',
      'expected drain_rate together with paused: false: it says how fast a resumed publication gets what was parked',
    );
  }
  const foreign = foreignChange(targets, platform, settings);
  return foreign === undefined
    ? undefined
    : refuse(
        'unprocessable',
        `expected ${foreign.names} for a ${foreign.platform.name} publication only, found a ${platform} publication`,
      );
}

/** What failed before says nothing of where it goes now. A person who resumes it says that it is well. */
function withSettings(
  before: Publication,
  changed: Publication,
  { paused, settings }: PublicationChange,
  nowMs: number,
): Publication {
  if (paused === false && !isClosed(before)) return { ...changed, breaker: closedBreaker(nowMs) };
  const isChanged = Object.values(settings).some((value) => value !== undefined);
  return isChanged ? withProbeAtOnce(changed, nowMs) : changed;
}

/** What a pause or a resume makes of the publication's state. */
function stateAfter(
  { state, stateReason, releaseAtMs, drain }: Publication,
  { paused, drainRate }: PublicationChange,
  nowMs: number,
): Pick<Publication, 'state' | 'stateReason' | 'releaseAtMs' | 'drain'> {
  if (paused === true) {
    return {
      state: state === 'active' ? 'paused' : state,
      stateReason,
      releaseAtMs: undefined,
      drain,
    };
  }
  if (paused === undefined) return { state, stateReason, releaseAtMs, drain };
  const rateUnderWay = releaseAtMs === undefined ? undefined : drain?.ratePerSecond;
  return {
    state: 'active',
    stateReason: undefined,
    // Written with the resume itself: should this process die at its work, the schedule does it.
    releaseAtMs: nowMs + DRAIN_AGAIN_MS,
    drain: {
      ratePerSecond: drainRate ?? rateUnderWay ?? DRAIN_RATE.default,
      plannedUntilMs: drain?.plannedUntilMs ?? nowMs,
    },
  };
}

/** Removes the publication and its streams; what was parked for it is discarded. */
export async function deletePublication(
  ports: Pick<ChangePublicationPorts, 'publications' | 'streams' | 'deliveries' | 'clock' | 'retention'>,
  appId: string,
  nameOrId: string,
  precondition?: PublicationChange['precondition'],
): Promise<{ readonly kind: 'deleted'; readonly publication: Publication } | Refusal> {
  const { publications, streams } = ports;
  const publication = await publications.get(appId, nameOrId);
  if (publication === undefined) return notFound('publication', nameOrId);
  const refused = precondition?.(publication);
  if (refused !== undefined) return refused;
  // The record first: whoever links it at this moment looks again whether it is there after making the stream.
  if ((await publications.remove(appId, publication.id)) === 'gone') return notFound('publication', nameOrId);
  for (const stream of await streams.list(appId)) {
    if (stream.publicationId === publication.id) {
      await streams.remove(appId, stream.subscriptionId, stream.publicationId);
    }
  }
  // Those that wait are discarded by `deliver` when their time comes; nothing would ever come for the parked ones.
  await discardParkedDeliveries(ports, publication);
  return { kind: 'deleted', publication };
}
