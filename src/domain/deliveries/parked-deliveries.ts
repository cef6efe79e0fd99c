import type { Clock } from '../../base/clock.ts';
import type { Publication } from '../publications/publication.ts';
import type { PublicationStore } from '../publications/publication-store.ts';
import { updateRecord } from '../update-record.ts';
import { type Delivery, dueNow, ended } from './delivery.ts';
import { retryMessage } from './delivery-message.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import { DELIVERY_PAGE_MAX, type DeliveryStore } from './delivery-store.ts';

export interface ParkedDeliveriesPorts {
  readonly deliveries: DeliveryStore;
  readonly publications: PublicationStore;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
}

/** How long a request may spend on what is parked: the person waits for its answer. */
const REQUEST_MS_MAX = 5_000;
/** How long the schedule may, of its minute. */
const SCHEDULE_MS_MAX = 40_000;
/** After so long what is not released yet is taken up by the schedule; whoever is at it until then goes on. */
export const RELEASE_AGAIN_MS = 60_000;
/** Publications of one minute; what does not fit is still due in the next. */
const RELEASES_PER_RUN_MAX = 100;

/** Makes the parked deliveries of a resumed publication due. What does not fit the time of a request the schedule does. */
export async function releaseAfterResume(
  ports: ParkedDeliveriesPorts,
  publication: Publication,
): Promise<void> {
  await release(ports, publication, ports.clock.now() + REQUEST_MS_MAX);
}

/** For the schedule: goes on with the releases that no request could end; answers how many publications it looked at. */
export async function continueReleases(ports: ParkedDeliveriesPorts): Promise<number> {
  const { publications, clock } = ports;
  const untilMs = clock.now() + SCHEDULE_MS_MAX;
  const due = await publications.listReleaseDue(clock.now(), RELEASES_PER_RUN_MAX);
  await Promise.all(
    due.map(async (publication) => {
      const claimed = { ...publication, releaseAtMs: clock.now() + RELEASE_AGAIN_MS };
      // Another run has it, or it was paused.
      if ((await publications.update(claimed)) !== 'updated') return;
      await release(ports, claimed, untilMs);
    }),
  );
  return due.length;
}

async function release(
  ports: ParkedDeliveriesPorts,
  publication: Publication,
  untilMs: number,
): Promise<void> {
  const { deliveries, publications, queue, clock } = ports;
  const done = await forParked(deliveries, clock, publication, untilMs, async (page) => {
    const written = await Promise.all(
      page.map((delivery) => write(deliveries, dueNow(delivery, clock.now()))),
    );
    // A refusal of the queue needs no answer: the sweep finds the records.
    await queue.send(written.filter((delivery) => delivery !== undefined).map(retryMessage));
  });
  if (!done) return;
  const { appId, id, name } = publication;
  await updateRecord<Publication>({
    read: () => publications.get(appId, id),
    // It may have been paused and resumed again: then another release is under way.
    change: (current) =>
      current.releaseAtMs === publication.releaseAtMs ? { ...current, releaseAtMs: undefined } : current,
    write: (current) => publications.update(current),
    missing: name,
  });
}

/** The publication is gone: nothing will ever come for what was parked for it. What is left `deliver` discards later. */
export async function discardOfPublication(
  { deliveries, clock }: Pick<ParkedDeliveriesPorts, 'deliveries' | 'clock'>,
  publication: Publication,
): Promise<void> {
  await forParked(deliveries, clock, publication, clock.now() + REQUEST_MS_MAX, async (page) => {
    await Promise.all(page.map((delivery) => write(deliveries, ended(delivery, 'discarded', clock.now()))));
  });
}

/** Page by page until none is left (true) or the time is up (false). */
async function forParked(
  deliveries: DeliveryStore,
  clock: Clock,
  publication: Publication,
  untilMs: number,
  work: (page: readonly Delivery[]) => Promise<void>,
): Promise<boolean> {
  let after: string | undefined;
  do {
    const page = await deliveries.list(publication.appId, {
      status: 'parked',
      publicationId: publication.id,
      limit: DELIVERY_PAGE_MAX,
      after,
    });
    await work(page.deliveries);
    after = page.next;
  } while (after !== undefined && clock.now() < untilMs);
  return after === undefined;
}

/** The record as stored, or undefined when another write came first. */
async function write(deliveries: DeliveryStore, delivery: Delivery): Promise<Delivery | undefined> {
  return (await deliveries.update(delivery)) === 'updated'
    ? { ...delivery, version: delivery.version + 1 }
    : undefined;
}
