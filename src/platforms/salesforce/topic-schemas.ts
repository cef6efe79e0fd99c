import { type Cache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { isMisfit, type Prepared, type PublishFailure } from './publish-batches.ts';
import { TOPICS_CACHED_MAX } from './publish-limits.ts';
import type { SalesforcePublication } from './target.ts';

/** A schema changes when an administrator changes the event, so it is fetched again after this time. */
export const SCHEMA_CACHED_MS = 60_000;
/**
 * An event that does not fit triggers an earlier fetch, because its field may have just been added. Each fetch that
 * finds nothing new doubles the next wait, up to the maximum: over REST each one costs the org an API request.
 */
const ASKED_AGAIN_MS = 2_000;
const ASKED_AGAIN_MS_MAX = 15_000;

/** The schema that a topic's events must fit. */
export interface TopicSchema {
  /** Equal for equal fields. */
  readonly fingerprint: string;
}

type Asked<S> = S | PublishFailure;

/** Users of one org may see different fields. */
type Topic = Pick<SalesforcePublication, 'authorizationId' | 'topic'>;

interface Entry<S> {
  readonly asked: Promise<Asked<S>>;
  readonly askedAtMs: number;
  /** The delay after `askedAtMs` from which a misfit triggers another fetch. */
  readonly againAfterMs: number;
}

/** The schemas of topics, by authorization and topic. Senders that want the same one at once share a request. */
export class TopicSchemas<S extends TopicSchema> {
  readonly #entries: Cache<Entry<S>>;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#entries = makeCache(TOPICS_CACHED_MAX);
  }

  /** Returns the cached schema for `SCHEMA_CACHED_MS`, else calls `ask`. Failures are not cached. */
  get(topic: Topic, ask: () => Promise<Asked<S>>): Promise<Asked<S>> {
    const key = keyOf(topic);
    const entry = this.#entries.get(key);
    if (entry !== undefined && this.#ageMs(entry) < SCHEMA_CACHED_MS) return entry.asked;
    return this.#ask(key, ask, entry?.againAfterMs ?? ASKED_AGAIN_MS);
  }

  /**
   * Prepares the events with the schema. If some do not fit, uses the newest schema instead, unless it was fetched a
   * moment ago. If the newest schema is unavailable, nothing is rejected.
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
