import type { Feed } from '../../domain/feeds/feed.ts';

/** The fields that identify a feed in each log line about it. */
export function feedLogFields({ appId, id, topic }: Pick<Feed, 'appId' | 'id' | 'topic'>) {
  return { appId, feedId: id, topic };
}
