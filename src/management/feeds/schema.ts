import * as v from 'valibot';
import { CURSOR_POLICIES, FEED_STATES } from '../../domain/feeds/feed.ts';
import { Count, knownValue, Name, Reason, Time, Topic } from '../../domain/fields.ts';

/** Subscriptions to one topic of one org share a feed. */
export const Feed = v.looseObject({
  id: v.string(),
  topic: Topic,
  alias: v.optional(Name),
  subscriptions: v.array(Name),
  state: knownValue(FEED_STATES, 'paused when all of its subscriptions are; stopped until a person acts'),
  reason: v.optional(Reason),
  on_invalid_cursor: knownValue(
    CURSOR_POLICIES,
    'what to do when Salesforce no longer accepts the cursor: as it was set last',
  ),
  accepted_count: Count,
  accepted_last_hour: Count,
  accepted_last_day: Count,
  lag_ms: v.optional(
    v.pipe(
      Count,
      v.description(
        'the greatest age of an event that Salesforce has and the feed has not accepted: 0 while Salesforce said last that there is nothing more, otherwise the time since it last did; for change events at most the age of the last one accepted. Absent while paused',
      ),
    ),
  ),
  cursor_age_ms: v.optional(v.pipe(Count, v.description('Salesforce forgets events after 72 hours'))),
  cursor_at: v.optional(Time),
  last_event_at: v.optional(
    v.pipe(
      Time,
      v.description(
        'of the last accepted event that gives one: for change events by Salesforce’s clock, for platform events what their publisher wrote, if that can be right',
      ),
    ),
  ),
  last_accepted_at: v.optional(Time),
  not_before: v.optional(v.pipe(Time, v.description('of the next attempt, while waiting'))),
  gaps: v.pipe(
    v.array(v.looseObject({ at: Time, cursor_at: Time, message: v.string() })),
    v.description('where events may have been missed; newest last'),
  ),
  created_at: Time,
});
