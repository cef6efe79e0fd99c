import type { Feed } from '../../domain/feeds/feed.ts';

/** What each log line about a feed says of it. */
export function feedLogFields({ appId, id, topic }: Pick<Feed, 'appId' | 'id' | 'topic'>) {
  return { appId, feedId: id, topic };
}
