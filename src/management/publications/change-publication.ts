import { DRAIN_RATE, type Publication, type PublishVia } from '../../domain/publications/publication.ts';
import { readRetrySchedule } from '../../domain/publications/retry-schedule.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { updateRecord } from '../../domain/update-record.ts';
import {
  DRAIN_AGAIN_MS,
  discardParkedDeliveries,
  type ParkedDeliveriesPorts,
  startDrain,
} from '../../pipeline/deliver/parked-deliveries.ts';
import { notFound } from '../not-found.ts';
import { type PublicationPorts, tokenRefusal, urlRefusal } from './create-publication.ts';

export type ChangePublicationPorts = PublicationPorts & ParkedDeliveriesPorts;

/** What is absent stays as it is. */
export interface PublicationChange {
  /** false also enables a disabled one. */
  readonly paused?: boolean | undefined;
  /** With `paused: false` only, within `DRAIN_RATE`. Absent: that of the drain under way, or the usual one. */
  readonly drainRate?: number | undefined;
  readonly url?: string | undefined;
  /** null: send none from now on. */
  readonly token?: string | null | undefined;
  readonly via?: PublishVia | undefined;
  /** Durations such as `30s`; null: the usual schedule. */
  readonly retry?: readonly string[] | null | undefined;
}

export async function changePublication(
  ports: ChangePublicationPorts,
  appId: string,
  nameOrId: string,
  change: PublicationChange,
): Promise<{ readonly kind: 'updated'; readonly publication: Publication } | Refusal> {
  const { publications, secrets } = ports;
  const current = await publications.get(appId, nameOrId);
  if (current === undefined) return notFound('publication', nameOrId);
  const fault = changeRefusal(ports, current, change);
  if (fault !== undefined) return fault;
  const schedule = change.retry === undefined ? undefined : readRetrySchedule(change.retry);
  if (schedule?.kind === 'refused') return schedule;
  // Encrypted for the id that was read: a publication made anew under the same name is another one.
  const token =
    typeof change.token === 'string'
      ? await secrets.encrypt(change.token, { appId, resourceId: current.id, secret: 'token' })
      : change.token;
  const updated = await updateRecord<Publication>({
    read: () => publications.get(appId, current.id),
    change: (publication) => {
      const changed = applied(publication, { ...change, token }, ports.clock.now());
      return schedule === undefined ? changed : { ...changed, retryDelaysMs: schedule.delaysMs };
    },
    write: (publication) => publications.update(publication),
    missing: notFound('publication', nameOrId).message,
  });
  if (updated.kind === 'refused') return updated;
  const { record } = updated;
  if (change.paused === false) await startDrain(ports, record);
  return { kind: 'updated', publication: record };
}

function changeRefusal(
  { webhooks }: PublicationPorts,
  publication: Publication,
  { paused, drainRate, url, token, via }: PublicationChange,
): Refusal | undefined {
  if (drainRate !== undefined && paused !== false) {
    return refuse(
      'invalid-request',
      'expected drain_rate together with paused: false: it says how fast a resumed publication gets what was parked',
    );
  }
  if (publication.platform !== 'webhook') {
    if (url === undefined && token === undefined) return undefined;
    return refuse(
      'invalid-request',
      `expected url and token for a webhook publication only, found a ${publication.platform} publication`,
    );
  }
  if (via !== undefined) {
    return refuse(
      'invalid-request',
      `expected via for a salesforce publication only, found a ${publication.platform} publication`,
    );
  }
  return (url === undefined ? undefined : urlRefusal(webhooks, url)) ?? tokenRefusal(token ?? undefined);
}

/** `token` is encrypted here. */
function applied(
  publication: Publication,
  { paused, drainRate, url, token, via }: PublicationChange,
  nowMs: number,
): Publication {
  let { state, stateReason, releaseAtMs, drain } = publication;
  if (paused === true) {
    if (state === 'active') state = 'paused';
    releaseAtMs = undefined;
  }
  if (paused === false) {
    state = 'active';
    stateReason = undefined;
    const rateUnderWay = releaseAtMs === undefined ? undefined : drain?.ratePerSecond;
    drain = {
      ratePerSecond: drainRate ?? rateUnderWay ?? DRAIN_RATE.default,
      plannedUntilMs: drain?.plannedUntilMs ?? nowMs,
    };
    // Written with the resume itself: should this process die at its work, the schedule does it.
    releaseAtMs = nowMs + DRAIN_AGAIN_MS;
  }
  if (publication.platform !== 'webhook')
    return { ...publication, state, stateReason, releaseAtMs, drain, via: via ?? publication.via };
  return {
    ...publication,
    state,
    stateReason,
    releaseAtMs,
    drain,
    url: url ?? publication.url,
    secrets: {
      ...publication.secrets,
      token: token === undefined ? publication.secrets.token : (token ?? undefined),
    },
  };
}

/** Removes the publication and its streams; what was parked for it is discarded. */
export async function deletePublication(
  ports: ChangePublicationPorts,
  appId: string,
  nameOrId: string,
): Promise<{ readonly kind: 'deleted'; readonly publication: Publication } | Refusal> {
  const { publications, streams } = ports;
  const publication = await publications.get(appId, nameOrId);
  if (publication === undefined) return notFound('publication', nameOrId);
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
