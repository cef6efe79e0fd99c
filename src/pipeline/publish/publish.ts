import type { Clock } from '../../base/clock.ts';
import { firstDeliveryBody, firstDeliveryHeader } from '../../domain/deliveries/delivery-message.ts';
import { type DeliveryQueue, groupOf } from '../../domain/deliveries/delivery-queue.ts';
import { EVENT_BYTES_MAX, type Event, eventJson } from '../../domain/events/event.ts';
import type { Acceptance, Acceptances, Accepted } from '../../domain/publications/acceptance.ts';
import type { Platform, Publication, PublicationOf } from '../../domain/publications/publication.ts';
import { type PublishRefusal, type PublishRequest, readRequest } from './read-request.ts';

export type PublishOutcome =
  /** `ids` is empty if the batch was. */
  | { readonly kind: 'accepted'; readonly ids: readonly string[] }
  | PublishRefusal
  | { readonly kind: 'unprocessable'; readonly message: string }
  /** The queue refused it: nothing was accepted. */
  | { readonly kind: 'unavailable'; readonly message: string }
  /** The queue will refuse it until somebody fixes the installation. */
  | { readonly kind: 'misconfigured'; readonly message: string }
  /** The queue may refuse it for long: somebody has to make room. */
  | { readonly kind: 'storage-full'; readonly message: string };

export interface PublishPorts {
  readonly acceptances: Acceptances;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Queues a request to the publication, all or nothing. */
export async function publish(
  publication: Publication,
  request: PublishRequest,
  { acceptances, queue, clock, newId }: PublishPorts,
): Promise<PublishOutcome> {
  const { limits } = queue;
  const bodyBytesMax = limits.messageBytesMax;
  const reading = readRequest(publication, request, { nowMs: clock.now(), newId, bodyBytesMax });
  if (!reading.ok) return reading.refusal;
  // An empty batch is valid: there is nothing to queue.
  if (reading.events.length === 0) return { kind: 'accepted', ids: [] };
  const accepted = await accept(acceptances, publication.platform, publication, reading.events);
  if (!accepted.ok) return { kind: 'unprocessable', message: accepted.message };
  const { events } = accepted;
  const header = firstDeliveryHeader({
    appId: publication.appId,
    publicationId: publication.id,
    publicationName: publication.name,
  });
  const body = firstDeliveryBody(header, ...events.map(eventJson));
  const bytes = limits.sizeOf(body) - header.length;
  if (bytes > EVENT_BYTES_MAX) {
    return {
      kind: 'too-large',
      message: `expected at most ${EVENT_BYTES_MAX} bytes (1 MiB less the envelope), found ${bytes}`,
    };
  }
  const groupId = groupOf({ appId: publication.appId, publicationId: publication.id });
  const [result] = await queue.send([{ body, groupId }]);
  if (result === undefined) return { kind: 'unavailable', message: 'the queue gave no answer' };
  if (!result.queued) {
    return { kind: result.reason ?? 'unavailable', message: result.message };
  }
  return { kind: 'accepted', ids: events.map((event) => event.id) };
}

/** Returns all events in the form to be queued, or the reason why one of them is refused. */
async function accept<P extends Platform>(
  acceptances: { readonly [K in P]?: () => Promise<Acceptance<K>> },
  platform: P,
  publication: PublicationOf<P>,
  events: readonly Event[],
): Promise<{ readonly ok: true; readonly events: readonly Event[] } | Extract<Accepted, { ok: false }>> {
  const acceptance = await acceptances[platform]?.();
  if (acceptance === undefined) return { ok: true, events };
  const accepted: Event[] = [];
  for (const event of events) {
    const one = acceptance(publication, event);
    if (!one.ok) return one;
    accepted.push(one.event);
  }
  return { ok: true, events: accepted };
}
