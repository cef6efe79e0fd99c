import type { EventFormat } from './feed.ts';
import type { FeedEvent, FeedTarget, RawFeedEvent } from './feed-source.ts';

/** Decodes one raw event outside a feed, with a freshly fetched schema. Implemented by `src/platforms/salesforce`. */
export interface EventDecoder {
  decode(
    target: FeedTarget,
    event: RawFeedEvent & { readonly cursor: string },
    formats: ReadonlySet<EventFormat>,
  ): Promise<
    | FeedEvent['decoded']
    /** The authorization currently yields no access token. */
    | { readonly kind: 'not-authorized'; readonly message: string }
    | { readonly kind: 'unreachable'; readonly message: string }
  >;
}
