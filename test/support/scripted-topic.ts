import type {
  FeedEvent,
  FeedFailureKind,
  FeedOpened,
  FeedSource,
  FeedStart,
  FeedTarget,
} from '../../src/domain/feeds/feed-source.ts';
import { aFailure, aFeedEvent, ScriptedStream } from './scripted-feed-source.ts';

/** A topic that retains everything. A cursor is the number of events up to it. */
export class ScriptedTopic implements FeedSource {
  readonly events: FeedEvent[] = [];
  readonly open_: { readonly stream: ScriptedStream; next: number }[] = [];
  /** The failures of the next attempts to open. */
  readonly failures: FeedFailureKind[] = [];
  /** Where the feed first asked for new events: nobody wanted the older ones. */
  wantedFrom: number | undefined;
  /** The events that a stream opened at `latest` has skipped; each such gap must be on record. */
  readonly passedOver = new Set<string>();
  readonly #reached: () => number;

  /** @param reached how many events, counted from the first, the record says are accepted */
  constructor(reached: () => number) {
    this.#reached = reached;
  }

  publish(count: number, isGap: boolean): void {
    for (let left = count; left > 0; left -= 1) {
      const id = `e${this.events.length}`;
      const event = { ...aFeedEvent(id), cursor: `${this.events.length + 1}` };
      const gap = { kind: 'changed', entity: 'Account', recordIds: [id], wildcards: [] } as const;
      const { decoded } = event;
      this.events.push(
        isGap && decoded.kind === 'decoded' ? { ...event, decoded: { ...decoded, gap } } : event,
      );
    }
  }

  async open(target: FeedTarget, start: FeedStart): Promise<FeedOpened> {
    const next = this.#placeOf(start);
    const failure = this.failures.shift();
    if (failure !== undefined) return { kind: 'failed', failure: aFailure(failure) };
    const stream = new ScriptedStream(target, start);
    this.open_.push({ stream, next });
    return { kind: 'open', stream };
  }

  /** Sends the next events to each open stream, or a keepalive when there are none. */
  deliver(count: number): void {
    for (const each of this.open_) {
      if (each.stream.isClosed) continue;
      const events = this.events.slice(each.next, each.next + count);
      each.next += events.length;
      if (events.length === 0) each.stream.keepAlive(`${each.next}`);
      else each.stream.give(...events);
    }
  }

  fail(kind: FeedFailureKind): void {
    for (const { stream } of this.open_) if (!stream.isClosed) stream.fail(aFailure(kind));
  }

  #placeOf(start: FeedStart): number {
    if (start.kind === 'cursor') return Number(start.cursor);
    if (start.kind === 'earliest') return 0;
    const first = this.wantedFrom === undefined;
    this.wantedFrom ??= this.events.length;
    if (!first) {
      for (const { raw } of this.events.slice(this.#reached())) this.passedOver.add(raw.id);
    }
    return this.events.length;
  }
}
