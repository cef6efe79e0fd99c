import type { FeedEvent } from '../../domain/feeds/feed-source.ts';

/**
 * The events of a frame of a feed that was rewound to a time. Those of before, up to the first that is not, stay in their
 * places, because the cursor moves over them, but in no format: they go nowhere. `endsAt` is the place of the first that is
 * not of before; infinite while there is none. An event without a time, or one that cannot be read, is never passed over.
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
