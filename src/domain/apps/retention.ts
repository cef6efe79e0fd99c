import { LookupCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { ENDED_RETENTION_MS } from '../deliveries/delivery.ts';
import type { AppStore } from './app-store.ts';

/** How long ended deliveries, history and the last events of subscriptions are retained. */
export interface Retention {
  readonly apps: Pick<AppStore, 'get'>;
  /** For apps without a setting of their own; default `ENDED_RETENTION_MS`. */
  readonly usualMs?: number | undefined;
  readonly clock: Clock;
}

/**
 * At least an hour, so that people can still look at what ended. At most a quarter of a year, because it costs storage
 * and is other people's data.
 */
export const RETENTION_MS = { min: 3_600_000, max: 90 * 86_400_000 } as const;

const APPS_MAX = 10_000;
/** A change of the setting may go unnoticed for this long. */
const CACHED_MS = 30_000;

/** Reads an app's setting from the store at most twice a minute, however many of its deliveries end. */
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

/** Falls back to the default where no `AppRetention` is given, as when one part of the pipeline is tested alone. */
export async function retentionOf(
  retention: Pick<AppRetention, 'of'> | undefined,
  appId: string,
): Promise<number> {
  return retention === undefined ? ENDED_RETENTION_MS : retention.of(appId);
}
