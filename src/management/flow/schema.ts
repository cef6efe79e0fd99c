import * as v from 'valibot';
import { AUTHORIZATION_STATUSES } from '../../domain/authorizations/authorization.ts';
import { DELIVERIES_COUNTED_MAX } from '../../domain/deliveries/delivery-store.ts';
import { FEED_STATES } from '../../domain/feeds/feed.ts';
import { Count, Filter, Id, Integer, knownValue, Name, NamedId, Reason, Time } from '../../domain/fields.ts';
import { PUBLICATION_STATES } from '../../domain/publications/publication.ts';
import { Breaker } from '../publication-fields.ts';

/** The outcomes of events in one minute. */
const MinuteOfFlow = v.looseObject({
  at: v.pipe(Time, v.description('when the minute began')),
  received: v.pipe(
    Count,
    v.description('events that came: first attempts to deliver them, and what filters dropped'),
  ),
  delivered: v.pipe(Count, v.description('sent to their target, which took them')),
  kept: v.pipe(
    Count,
    v.description(
      'events that began to wait for an app that pulls them. When they are pulled is not counted by the minute: `deliveries.available` says how many wait now',
    ),
  ),
  failed: v.pipe(Count, v.description('attempts that failed, whatever follows')),
  parked: Count,
  dropped: v.pipe(Count, v.description('by filters')),
  lag_ms: v.optional(
    v.pipe(
      Count,
      v.description(
        'the longest that a first attempt took from when the event was accepted to when it ended',
      ),
    ),
  ),
});
const Minutes = v.pipe(
  v.array(MinuteOfFlow),
  v.description('of the last hour, oldest first; minutes in which nothing happened are left out'),
);

const FlowSubscription = v.looseObject({
  id: Id,
  name: Name,
  platform: v.string(),
  topic: v.optional(v.string()),
  paused: v.boolean(),
  reason: v.optional(
    v.pipe(Reason, v.description('why it brings nothing: of a generator whose mapping fails')),
  ),
  authorization: v.optional(
    v.looseObject({
      alias: Name,
      status: knownValue(AUTHORIZATION_STATUSES),
      reason: v.optional(v.string()),
    }),
  ),
  feed: v.optional(
    v.looseObject({
      state: knownValue(FEED_STATES),
      reason: v.optional(Reason),
      lag_ms: v.optional(Count),
      cursor_at: v.optional(Time),
      gaps: v.pipe(Count, v.description('places where events may have been missed')),
    }),
  ),
  minutes: Minutes,
});

const FlowStream = v.looseObject({
  source: NamedId,
  target: NamedId,
  filter: Filter,
  ordered: v.boolean(),
  trace_drops: v.boolean(),
  minutes: Minutes,
});

const FlowPublication = v.looseObject({
  id: Id,
  name: Name,
  platform: v.string(),
  state: knownValue(PUBLICATION_STATES),
  state_reason: v.optional(v.string()),
  breaker: v.optional(Breaker),
  deliveries: v.pipe(
    v.looseObject({ waiting: Count, available: Count, parked: Count, rejected: Count, exhausted: Count }),
    v.description(
      `that are not done, by status; of an app's deliveries with a status, ${DELIVERIES_COUNTED_MAX} are counted, the newest`,
    ),
  ),
  minutes: Minutes,
  direct: v.pipe(
    v.array(MinuteOfFlow),
    v.description('of `minutes`, what was published to it without a stream'),
  ),
});

/** How events flow through an app; designed for polling with `If-None-Match`. */
export const Flow = v.looseObject({
  app: NamedId,
  subscriptions: v.array(FlowSubscription),
  streams: v.array(FlowStream),
  publications: v.array(FlowPublication),
  complete: v.pipe(
    v.boolean(),
    v.description(
      'false when there may be more in the minutes than was found, such as while the logs cannot be searched',
    ),
  ),
  refresh_after_ms: v.pipe(
    Integer,
    v.metadata({ minimum: 0, description: 'asking again earlier costs, and shows nothing new' }),
  ),
});
