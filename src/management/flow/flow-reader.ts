import { type Cache, makeCache } from '../../base/cache.ts';
import { type Clock, forwardClock } from '../../base/clock.ts';
import type { Authorization } from '../../domain/authorizations/authorization.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { DeliveryStatus } from '../../domain/deliveries/delivery.ts';
import { DELIVERIES_COUNTED_MAX, type DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import { type FeedMeasure, measureFeed } from '../../domain/feeds/feed-measure.ts';
import type { FeedStore, StoredFeed } from '../../domain/feeds/feed-store.ts';
import type { DeliveryHistory } from '../../domain/history/delivery-history.ts';
import { MINUTE_MS, type MinuteRate, minuteOf } from '../../domain/history/minute-rates.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';

/** The stores that it reads, which may return data some seconds old, because no decision rests on a picture. */
export interface FlowStores {
  readonly subscriptions: Pick<SubscriptionStore, 'list'>;
  readonly publications: Pick<PublicationStore, 'list'>;
  readonly streams: Pick<StreamStore, 'list'>;
  readonly authorizations: Pick<AuthorizationStore, 'list'>;
  readonly feeds: Pick<FeedStore, 'listOfApp' | 'listWorkers'>;
  readonly deliveries: Pick<DeliveryStore, 'countByPublication'>;
}

export interface FlowPorts {
  readonly stores: FlowStores;
  readonly history: Pick<DeliveryHistory, 'rates'>;
  readonly clock: Clock;
}

/** How old each part of a picture may be, in milliseconds, since their costs differ. */
export interface FlowPace {
  /** The resources and their states. */
  readonly setupMs: number;
  /** The number of unfinished deliveries, while nothing moves. */
  readonly countsMs: number;
  readonly ratesMs: number;
  /** A minute that ended longer ago than this is complete. */
  readonly settledMs: number;
  /** How often a client should refresh. */
  readonly refreshMs: number;
}

/**
 * On AWS each part costs money; docs/decisions/0042 has the figures. A page that polls every five seconds costs less
 * than a read unit each time, plus a search over some minutes of logs once a minute.
 */
export const FLOW_PACE: FlowPace = {
  setupMs: 60_000,
  countsMs: 600_000,
  ratesMs: 60_000,
  // Logs Insights finds lines between some seconds and a minute after they were written.
  settledMs: 120_000,
  refreshMs: 5_000,
};
/** With a file, the only cost is the time of the one processor. */
export const FLOW_PACE_ON_FILE: FlowPace = {
  setupMs: 0,
  countsMs: 0,
  ratesMs: 1_000,
  settledMs: 5_000,
  refreshMs: 2_000,
};

export const FLOW_SPAN_MS = 3_600_000;
/** Pictures that a process caches, for the apps being viewed. */
const APPS_KEPT_MAX = 200;

export const COUNTED_STATUSES = [
  'waiting',
  'available',
  'parked',
  'rejected',
  'exhausted',
] as const satisfies readonly DeliveryStatus[];
export type CountedStatus = (typeof COUNTED_STATUSES)[number];

export interface MeasuredFeed extends StoredFeed {
  readonly measure: FeedMeasure;
}

export interface FlowPicture {
  readonly subscriptions: readonly Subscription[];
  readonly publications: readonly Publication[];
  readonly streams: readonly Stream[];
  readonly authorizations: readonly Authorization[];
  readonly feeds: readonly MeasuredFeed[];
  /** Keyed by publication id. */
  readonly counts: ReadonlyMap<CountedStatus, ReadonlyMap<string, number>>;
  /** The last hour, oldest first. */
  readonly rates: readonly MinuteRate[];
  readonly areRatesComplete: boolean;
}

type Setup = Omit<FlowPicture, 'counts' | 'rates' | 'areRatesComplete'>;
type Counts = FlowPicture['counts'];
interface Rates {
  readonly rates: readonly MinuteRate[];
  readonly isComplete: boolean;
  /** Minutes before this one need not be read again. */
  readonly knownUntilMs: number;
}
interface Aged<T> {
  readonly value: Promise<T>;
  readonly atMs: number;
}

/** What a process has cached about an app. Concurrent callers share each read. */
interface Remembered {
  setup?: Aged<Setup>;
  counts?: Aged<Counts>;
  rates?: Aged<Rates>;
}

/**
 * Builds a picture of how events flow through an app, and caches its parts in this process for as long as `pace` says.
 * Changes that people make through this process show at once, and so do the outcomes of events since the last read.
 */
export class FlowReader {
  readonly #ports: FlowPorts;
  readonly #pace: FlowPace;
  readonly #clock: Clock;
  readonly #apps: Cache<Remembered> = makeCache(APPS_KEPT_MAX);

  constructor(ports: FlowPorts, pace: FlowPace) {
    this.#ports = ports;
    this.#pace = pace;
    // Used only for ages.
    this.#clock = forwardClock(ports.clock);
  }

  get refreshMs(): number {
    return this.#pace.refreshMs;
  }

  /** Call it when somebody has changed something in the app. */
  forget(appId: string): void {
    const remembered = this.#apps.get(appId);
    if (remembered === undefined) return;
    delete remembered.setup;
    delete remembered.counts;
  }

  async read(appId: string): Promise<FlowPicture> {
    const remembered = this.#apps.get(appId) ?? {};
    this.#apps.set(appId, remembered);
    const before = remembered.rates;
    const rates = await this.#rates(appId, remembered);
    if (remembered.rates !== before) forgetOutdated(remembered, rates, await settledOrNone(before));
    const setup = await this.#part(remembered, 'setup', this.#pace.setupMs, () => this.#readSetup(appId));
    const counts = await this.#part(remembered, 'counts', this.#pace.countsMs, () =>
      this.#readCounts(appId, setup.publications),
    );
    const fromMs = this.#ports.clock.now() - FLOW_SPAN_MS;
    return {
      ...setup,
      counts,
      rates: rates.rates.filter(({ minuteMs }) => minuteMs >= fromMs),
      areRatesComplete: rates.isComplete,
    };
  }

  #part<K extends keyof Remembered>(
    remembered: Remembered,
    name: K,
    ageMsMax: number,
    read: () => NonNullable<Remembered[K]>['value'],
  ): NonNullable<Remembered[K]>['value'] {
    const nowMs = this.#clock.now();
    const kept = remembered[name];
    if (kept !== undefined && nowMs - kept.atMs < ageMsMax) return kept.value;
    const value = read();
    const aged = { value, atMs: nowMs } as NonNullable<Remembered[K]>;
    remembered[name] = aged;
    // The next caller reads again.
    value.catch(() => {
      if (remembered[name] === aged) delete remembered[name];
    });
    return value;
  }

  #rates(appId: string, remembered: Remembered): Promise<Rates> {
    const before = remembered.rates;
    return this.#part(remembered, 'rates', this.#pace.ratesMs, async () =>
      this.#readRates(appId, await settledOrNone(before)),
    );
  }

  /** Reads only the minutes that were not complete. */
  async #readRates(appId: string, before: Rates | undefined): Promise<Rates> {
    const nowMs = this.#ports.clock.now();
    const startMs = minuteOf(nowMs - FLOW_SPAN_MS);
    // After the clock was set back, minutes in the future count as unknown.
    const knownUntilMs = Math.min(before?.knownUntilMs ?? startMs, minuteOf(nowMs));
    const fromMs = Math.max(startMs, knownUntilMs);
    const found = await this.#ports.history.rates(appId, { fromMs, untilMs: minuteOf(nowMs) + MINUTE_MS });
    if (found.kind === 'busy') {
      return { rates: before?.rates ?? [], isComplete: false, knownUntilMs: before?.knownUntilMs ?? startMs };
    }
    const kept = (before?.rates ?? []).filter(({ minuteMs }) => minuteMs >= startMs && minuteMs < fromMs);
    return {
      rates: [...kept, ...found.rates],
      isComplete: found.isComplete,
      // An incomplete search is repeated.
      knownUntilMs: found.isComplete ? Math.max(fromMs, minuteOf(nowMs - this.#pace.settledMs)) : fromMs,
    };
  }

  async #readSetup(appId: string): Promise<Setup> {
    const { stores, clock } = this.#ports;
    const [subscriptions, publications, streams, authorizations, feeds] = await Promise.all([
      stores.subscriptions.list(appId),
      stores.publications.list(appId),
      stores.streams.list(appId),
      stores.authorizations.list(appId),
      stores.feeds.listOfApp(appId),
    ]);
    // Workers belong to the whole installation, and only show how feeds are doing.
    const workers = feeds.length === 0 ? [] : await stores.feeds.listWorkers();
    const nowMs = clock.now();
    return {
      subscriptions,
      publications,
      streams,
      authorizations,
      feeds: feeds.map((stored) => ({ ...stored, measure: measureFeed(stored, workers, nowMs) })),
    };
  }

  async #readCounts(appId: string, publications: readonly Publication[]): Promise<Counts> {
    const { deliveries } = this.#ports.stores;
    const arePulled = publications.some(({ platform }) => platform === 'pull');
    return new Map(
      await Promise.all(
        // Only pulled publications have `available` deliveries.
        COUNTED_STATUSES.filter((status) => status !== 'available' || arePulled).map(
          async (status) =>
            [status, await deliveries.countByPublication(appId, status, DELIVERIES_COUNTED_MAX)] as const,
        ),
      ),
    );
  }
}

async function settledOrNone(aged: Aged<Rates> | undefined): Promise<Rates | undefined> {
  try {
    return await aged?.value;
  } catch {
    // The caller that started the read got the error.
    return undefined;
  }
}

/** Any traffic changes the number of waiting deliveries; failures also park, disable and open breakers. */
function forgetOutdated(remembered: Remembered, rates: Rates, before: Rates | undefined): void {
  const [now, then] = [movements(rates), movements(before)];
  if (now.all !== then.all) delete remembered.counts;
  if (now.failed > then.failed) delete remembered.setup;
}

function movements(rates: Rates | undefined): { readonly all: number; readonly failed: number } {
  let all = 0;
  let failed = 0;
  for (const rate of rates?.rates ?? []) {
    failed += rate.failed + rate.parked;
    all += rate.received + rate.delivered + rate.failed + rate.parked;
  }
  return { all, failed };
}
