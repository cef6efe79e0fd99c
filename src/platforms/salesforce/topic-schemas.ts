import { type Cache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { isMisfit, type Prepared, type PublishFailure } from './publish-batches.ts';
import { TOPICS_CACHED_MAX } from './publish-limits.ts';
import type { SalesforcePublication } from './target.ts';

/** A schema changes when an administrator changes the event: it is asked for again after so long. */
export const SCHEMA_CACHED_MS = 60_000;
/**
 * An event that does not fit makes the schema be asked for sooner, because its field may have just been added. Each time that
 * this finds nothing new the next wait is twice as long, up to the maximum: over REST each time costs the org an API request.
 */
const ASKED_AGAIN_MS = 2_000;
const ASKED_AGAIN_MS_MAX = 15_000;

/** What a topic's events have to fit. */
export interface TopicSchema {
  /** The same for the same fields. */
  readonly fingerprint: string;
}

type Asked<S> = S | PublishFailure;

/** Users of one org may see other fields. */
type Topic = Pick<SalesforcePublication, 'authorizationId' | 'topic'>;

interface Entry<S> {
  readonly asked: Promise<Asked<S>>;
  readonly askedAtMs: number;
  /** When a misfit makes the schema be asked for again, after `askedAtMs`. */
  readonly againAfterMs: number;
}

/** The schemas of topics, by authorization and topic. Senders that want the same one at the same time share a request. */
export class TopicSchemas<S extends TopicSchema> {
  readonly #entries: Cache<Entry<S>>;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#entries = makeCache(TOPICS_CACHED_MAX);
  }

  /** From memory for `SCHEMA_CACHED_MS`, else by `ask`. A failure is asked about again. */
  get(topic: Topic, ask: () => Promise<Asked<S>>): Promise<Asked<S>> {
    const key = keyOf(topic);
    const entry = this.#entries.get(key);
    if (entry !== undefined && this.#ageMs(entry) < SCHEMA_CACHED_MS) return entry.asked;
    return this.#ask(key, ask, entry?.againAfterMs ?? ASKED_AGAIN_MS);
  }

  /**
   * The events as `prepare` makes them by the schema; by the newest one when some do not fit, unless that was asked for a
   * moment ago. Where the newest one cannot be had, nothing is rejected.
   */
  async fit<T>(
    topic: Topic,
    schema: S,
    ask: () => Promise<Asked<S>>,
    prepare: (schema: S) => readonly Prepared<T>[],
  ): Promise<readonly Prepared<T>[]> {
    const prepared = prepare(schema);
    if (!prepared.some(isMisfit)) return prepared;
    const newer = await this.#newer(keyOf(topic), schema, ask);
    if (newer === undefined) return prepared;
    if (!('errorId' in newer)) return prepare(newer);
    return prepared.map((event) => (isMisfit(event) ? { kind: 'retry', ...newer } : event));
  }

  /** The next `get` asks again. */
  forget(topic: Topic): void {
    this.#entries.delete(keyOf(topic));
  }

  async #newer(key: string, old: S, ask: () => Promise<Asked<S>>): Promise<Asked<S> | undefined> {
    const entry = this.#entries.get(key);
    const againAfterMs = entry?.againAfterMs ?? ASKED_AGAIN_MS;
    const isFresh = entry !== undefined && this.#ageMs(entry) < againAfterMs;
    const newest = await (isFresh
      ? entry.asked
      : this.#ask(key, ask, Math.min(2 * againAfterMs, ASKED_AGAIN_MS_MAX)));
    if ('errorId' in newest) return newest;
    if (newest.fingerprint === old.fingerprint) return undefined;
    const found = this.#entries.get(key);
    if (found !== undefined) this.#entries.set(key, { ...found, againAfterMs: ASKED_AGAIN_MS });
    return newest;
  }

  async #ask(key: string, ask: () => Promise<Asked<S>>, againAfterMs: number): Promise<Asked<S>> {
    const entry: Entry<S> = { asked: ask(), askedAtMs: this.#clock.now(), againAfterMs };
    this.#entries.set(key, entry);
    let answered = false;
    try {
      const schema = await entry.asked;
      answered = !('errorId' in schema);
      return schema;
    } finally {
      if (!answered && this.#entries.peek(key) === entry) this.#entries.delete(key);
    }
  }

  #ageMs({ askedAtMs }: Entry<S>): number {
    return Math.abs(this.#clock.now() - askedAtMs);
  }
}

function keyOf({ authorizationId, topic }: Topic): string {
  return `${authorizationId} ${topic}`;
}
