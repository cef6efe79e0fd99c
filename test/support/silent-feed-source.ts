import type {
  FeedFrame,
  FeedOpened,
  FeedSource,
  FeedStream,
  FeedStreamEnded,
} from '../../src/domain/feeds/feed-source.ts';

/** The far side of a feed: streams on which nothing comes until they are closed. */
export class SilentFeedSource implements FeedSource {
  opened = 0;
  readonly closedAtMs: number[] = [];

  async open(): Promise<FeedOpened> {
    this.opened += 1;
    const ended = Promise.withResolvers<FeedFrame | FeedStreamEnded>();
    const stream: FeedStream = {
      next: () => ended.promise,
      request: () => undefined,
      check: async () => undefined,
      close: () => {
        this.closedAtMs.push(Date.now());
        ended.resolve({ kind: 'closed' });
      },
    };
    return { kind: 'open', stream };
  }
}
