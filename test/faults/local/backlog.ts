import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryState } from '../../support/local-run.ts';
import { type LedgerReceiver, startLedgerReceiver } from './far-side.ts';
import { freePort, type LocalApp, LocalProcess } from './local-process.ts';

const BATCH_EVENTS = 500;
const STORE_MS_MAX = 300_000;
/** Counting pages through the list, and must not keep the run busy. */
const COUNT_EVERY_MS = 500;
/** A batch is at most 1 MiB. */
const SMALL_BYTES = 200;

export interface StoredReport {
  readonly events: number;
  readonly stored: number;
  /** From the first publish until all were stored. */
  readonly seconds: number;
}

/** Publishes batches of events to a publication that accepts none, and waits until each event is stored. */
export async function storeBacklog(why: 'paused' | 'failing', batches: number): Promise<StoredReport> {
  return withPublication(async ({ local, app, receiver }) => {
    if (why === 'paused') await pause(local, app);
    else receiver.behave({ status: 503 });
    const startedAtMs = Date.now();
    await Promise.all(
      Array.from({ length: batches }, (_, batch) =>
        publishBatch(app, batch * BATCH_EVENTS, BATCH_EVENTS, SMALL_BYTES),
      ),
    );
    const events = batches * BATCH_EVENTS;
    // Of the events that fail, the later ones are parked: the breaker opens after ten seconds.
    const statuses = why === 'paused' ? ['parked'] : ['waiting', 'parked'];
    const stored = await untilStored(local, app, statuses, events);
    return { events, stored, seconds: (Date.now() - startedAtMs) / 1_000 };
  });
}

export interface DrainReport {
  readonly events: number;
  readonly arrived: number;
  /** Events whose first arrival came after that of a later event. */
  readonly outOfOrder: number;
  /** The largest distance of such an event from the highest number that had arrived before it. */
  readonly placesLateMax: number;
  /** Over the second half, when the start-up is over. */
  readonly perSecond: number;
}

/** Resumes a publication with a backlog, and measures how it drains. @param drainRate events a second */
export async function drainBacklog(events: number, drainRate: number): Promise<DrainReport> {
  return withPublication(async ({ local, app, receiver }) => {
    await pause(local, app);
    for (let from = 0; from < events; from += BATCH_EVENTS) {
      await publishBatch(app, from, Math.min(BATCH_EVENTS, events - from), SMALL_BYTES);
      // One batch after the other, so that the stored order is the order of publishing.
      await untilStored(local, app, ['parked'], Math.min(events, from + BATCH_EVENTS));
    }
    await local.request('PATCH', `${app.tenant}/publications/ledger`, {
      paused: false,
      drain_rate: drainRate,
    });
    const endsAtMs = Date.now() + 2_000 * (events / drainRate) + 120_000;
    while (receiver.distinct() < events && Date.now() < endsAtMs) await sleep(100);
    const order = receiver.arrivals.map(({ id }) => Number(id.replace('event-', '')));
    let latest = -1;
    let outOfOrder = 0;
    let placesLateMax = 0;
    for (const n of order) {
      if (n < latest) outOfOrder += 1;
      placesLateMax = Math.max(placesLateMax, latest - n);
      latest = Math.max(latest, n);
    }
    const half = receiver.arrivals.slice(Math.floor(receiver.arrivals.length / 2));
    const seconds = ((half.at(-1)?.atMs ?? 0) - (half[0]?.atMs ?? 0)) / 1_000;
    return {
      events,
      arrived: receiver.distinct(),
      outOfOrder,
      placesLateMax,
      perSecond: (half.length - 1) / seconds,
    };
  });
}

export interface ParkedReport {
  readonly parked: number;
  readonly reads: number;
  readonly megabytesBefore: number;
  readonly megabytesAfter: number;
  readonly megabytesMax: number;
  /** For one read of the status, in milliseconds. */
  readonly readMsMedian: number;
  readonly readMsMax: number;
  /** Size of the state folder; `stateBytesMax` is its bound: three payloads and 1 kB per delivery. */
  readonly stateBytes: number;
  readonly stateBytesMax: number;
}

/** Parks many deliveries and reads the status many times: neither the process nor its folder may grow. Linux only. */
export async function parkedMemory(parked: number, reads: number, eventBytes: number): Promise<ParkedReport> {
  return withPublication(async ({ local, app }) => {
    await pause(local, app);
    const perBatch = Math.min(BATCH_EVENTS, Math.floor(900_000 / eventBytes));
    for (let from = 0; from < parked; from += perBatch) {
      await publishBatch(app, from, Math.min(perBatch, parked - from), eventBytes);
    }
    await untilStored(local, app, ['parked'], parked);
    const megabytesBefore = local.residentMegabytes();
    let megabytesMax = megabytesBefore;
    const readMs: number[] = [];
    for (let read = 0; read < reads; read += 1) {
      const startedAtMs = performance.now();
      await local.request('GET', `${app.tenant}/status`);
      readMs.push(performance.now() - startedAtMs);
      megabytesMax = Math.max(megabytesMax, local.residentMegabytes());
    }
    readMs.sort((a, b) => a - b);
    return {
      parked,
      reads,
      megabytesBefore,
      megabytesAfter: local.residentMegabytes(),
      megabytesMax,
      readMsMedian: readMs[Math.floor(reads / 2)] ?? Number.NaN,
      readMsMax: readMs.at(-1) ?? Number.NaN,
      stateBytes: local.stateBytes(),
      stateBytesMax: parked * (3 * eventBytes + 1_000),
    };
  });
}

interface Parties {
  readonly local: LocalProcess;
  readonly app: LocalApp;
  readonly receiver: LedgerReceiver;
}

/** Starts a fresh local run with one webhook publication, `ledger`. */
async function withPublication<T>(work: (parties: Parties) => Promise<T>): Promise<T> {
  const state = temporaryState();
  const receiver = await startLedgerReceiver();
  const local = new LocalProcess(state.dir, await freePort());
  try {
    await local.start();
    const app = await local.app('backlog');
    await local.request('POST', `${app.tenant}/platforms/webhook/publications`, {
      name: 'ledger',
      url: receiver.url,
    });
    return await work({ local, app, receiver });
  } finally {
    await local.close();
    await receiver.close();
    state.remove();
  }
}

async function pause(local: LocalProcess, app: LocalApp): Promise<void> {
  const { status } = await local.request('PATCH', `${app.tenant}/publications/ledger`, { paused: true });
  if (status !== 200) throw new Error(`expected the publication to be paused, found ${status}`);
}

async function publishBatch(app: LocalApp, from: number, count: number, bytes: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => ({
    specversion: '1.0',
    id: `event-${from + index}`,
    source: '/backlog',
    type: 'test',
    data: { text: 'x'.repeat(bytes) },
  }));
  const { status } = await app.publish('ledger', events, {
    'content-type': 'application/cloudevents-batch+json',
  });
  if (status !== 202) throw new Error(`expected the batch to be accepted, found ${status}`);
}

/** Counts the stored deliveries; returns once there are as many as expected, or when the time is up. */
async function untilStored(
  local: LocalProcess,
  app: LocalApp,
  statuses: readonly string[],
  count: number,
): Promise<number> {
  const endsAtMs = Date.now() + STORE_MS_MAX;
  for (;;) {
    const stored = await local.countDeliveries(app, statuses.join(','));
    if (stored >= count || Date.now() > endsAtMs) return stored;
    await sleep(COUNT_EVERY_MS);
  }
}
