import { LookupCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { ENDED_RETENTION_MS } from '../deliveries/delivery.ts';
import type { AppStore } from './app-store.ts';

/** How long what has ended is kept: deliveries, history, and the last events of subscriptions. */
export interface Retention {
  readonly apps: Pick<AppStore, 'get'>;
  /** Of apps that say nothing; `ENDED_RETENTION_MS` unless given. */
  readonly usualMs?: number | undefined;
  readonly clock: Clock;
}

/** An hour: what ended is to be seen by whoever looks. A quarter of a year: it costs storage, and is others' data. */
export const RETENTION_MS = { min: 3_600_000, max: 90 * 86_400_000 } as const;

const APPS_MAX = 10_000;
/** So long may a change go unseen. */
const CACHED_MS = 30_000;

/** Asks the store at most twice a minute for an app, however many of its deliveries end. */
export class AppRetention {
  readonly #retention: Retention;
  readonly #cache: LookupCache<number>;

  constructor(retention: Retention) {
    this.#retention = retention;
    this.#cache = new LookupCache(APPS_MAX, { clock: retention.clock, ageMsMax: CACHED_MS });
  }

  /** Milliseconds. */
  of(appId: string): Promise<number> {
    const { apps, usualMs = ENDED_RETENTION_MS } = this.#retention;
    return this.#cache.get(appId, async () => (await apps.get(appId))?.retentionMs ?? usualMs);
  }
}

/** Where nobody says otherwise, as in a part of the pipeline that is looked at alone. */
export async function retentionOf(
  retention: Pick<AppRetention, 'of'> | undefined,
  appId: string,
): Promise<number> {
  return retention === undefined ? ENDED_RETENTION_MS : retention.of(appId);
}
