import type { FeedEvent } from '../../domain/feeds/feed-source.ts';

/**
 * The events of a frame of a feed that was rewound to a time. The events before that time, up to the first one that is not, keep
 * their places so that the cursor can pass them, but are in no format, so that they go nowhere. An event that has no time, or
 * cannot be read, is never skipped. `endsAt` is the index of the first event that is not before the time; infinite while there is
 * none.
 */
export function skipBefore(
  events: readonly FeedEvent[],
  skipBeforeMs: number | undefined,
): { readonly events: readonly FeedEvent[]; readonly endsAt: number } {
  if (skipBeforeMs === undefined) return { events, endsAt: Number.POSITIVE_INFINITY };
  const atOf = ({ decoded }: FeedEvent) => (decoded.kind === 'decoded' ? decoded.atMs : undefined);
  const found = events.findIndex((event) => (atOf(event) ?? Number.NEGATIVE_INFINITY) >= skipBeforeMs);
  const endsAt = found === -1 ? Number.POSITIVE_INFINITY : found;
  return {
    events: events.map((event, index) => {
      const { decoded } = event;
      const isSkipped = index < endsAt && decoded.kind === 'decoded' && decoded.atMs !== undefined;
      return isSkipped ? { ...event, decoded: { ...decoded, json: undefined, avroJson: undefined } } : event;
    }),
    endsAt,
  };
}
