import type { EventFormat } from './feed.ts';
import type { FeedEvent, FeedTarget, RawFeedEvent } from './feed-source.ts';

/** Decodes one raw event outside of a feed, with its schema fetched anew. Kept by `src/platforms/salesforce`. */
export interface EventDecoder {
  decode(
    target: FeedTarget,
    event: RawFeedEvent & { readonly cursor: string },
    formats: ReadonlySet<EventFormat>,
  ): Promise<
    | FeedEvent['decoded']
    /** The authorization gives no access token now. */
    | { readonly kind: 'not-authorized'; readonly message: string }
    | { readonly kind: 'unreachable'; readonly message: string }
  >;
}
