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

/** Absent fields stay unchanged. */
export interface PublicationChange {
  /** false also enables a disabled publication. */
  readonly paused?: boolean | undefined;
  /** Only with `paused: false`, within `DRAIN_RATE`. Absent: the rate of the current drain, or the default. */
  readonly drainRate?: number | undefined;
  /** Durations such as `30s`; null: the default schedule. */
  readonly retry?: readonly string[] | null | undefined;
  /** Such as `10/s`; null: no limit. */
  readonly rateLimit?: string | null | undefined;
  readonly indexAttempts?: boolean | undefined;
  /** Settings as described by the targets' fields. */
  readonly settings: ValuesOf<TargetFields['changes']>;
  /** Checks the publication before the change; a refusal prevents the change. */
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

/** An index that is already on stays unchanged. Turning it off and on again restarts it, because there is a gap. */
function indexedSince(
  { attemptsIndexedSinceMs }: Publication,
  isIndexed: boolean | undefined,
  nowMs: number,
): number | undefined {
  if (isIndexed === false) return undefined;
  // Workers may use a cached publication for this long.
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

/** Earlier failures say nothing about changed settings. A person who resumes the publication vouches for it. */
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

/** The publication's state after a pause or resume. */
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
    // Written together with the resume, so that the schedule takes over if this process dies.
    releaseAtMs: nowMs + DRAIN_AGAIN_MS,
    drain: {
      ratePerSecond: drainRate ?? rateUnderWay ?? DRAIN_RATE.default,
      plannedUntilMs: drain?.plannedUntilMs ?? nowMs,
    },
  };
}

/** Removes the publication and its streams, and discards its parked deliveries. */
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
  // Remove the record first: a concurrent link checks for the publication again after creating its stream.
  if ((await publications.remove(appId, publication.id)) === 'gone') return notFound('publication', nameOrId);
  for (const stream of await streams.list(appId)) {
    if (stream.publicationId === publication.id) {
      await streams.remove(appId, stream.subscriptionId, stream.publicationId);
    }
  }
  // `deliver` discards waiting deliveries when they fall due; parked ones never would.
  await discardParkedDeliveries(ports, publication);
  return { kind: 'deleted', publication };
}
