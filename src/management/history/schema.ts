import * as v from 'valibot';
import { ANSWER_KEPT_BYTES_MAX } from '../../domain/deliveries/destination.ts';
import { Count, knownValue, NamedId, Time } from '../../domain/fields.ts';
import { HISTORY_OUTCOMES } from '../../domain/history/history-entry.ts';
import { TRACED_STATUSES } from '../../domain/history/traced-status.ts';

const Answer = v.pipe(
  v.string(),
  v.description(
    `how the body of the receiver's answer began, at most ${ANSWER_KEPT_BYTES_MAX} bytes; on AWS of attempts that are stored with their delivery, because a log must not hold it`,
  ),
);
const SubscriptionRef = v.pipe(
  NamedId,
  v.description('absent for a direct publish; a deleted subscription has its id as its name'),
);

/** The scope of a search. */
const Searched = v.looseObject({
  from: Time,
  until: Time,
  complete: v.pipe(v.boolean(), v.description('false when there may be more than was found')),
  scanned_bytes: v.optional(
    v.pipe(
      Count,
      v.description('of logs, which AWS bills: about 0.005 USD for 1 GB; absent where it costs nothing'),
    ),
  ),
});

/** One attempt to deliver an event, or its drop by a stream's filter. */
export const HistoryEntry = v.looseObject({
  at: Time,
  event_id: v.string(),
  event_type: v.optional(v.string()),
  event_subject: v.optional(v.string()),
  delivery_id: v.string(),
  publication: v.string(),
  subscription: v.optional(SubscriptionRef),
  outcome: knownValue(
    HISTORY_OUTCOMES,
    'delivered, or what followed: tried again, rejected, given up, parked because the receiver disabled the publication; or dropped by a filter',
  ),
  attempt: v.optional(v.pipe(Count, v.description('counted from 1'))),
  duration_ms: v.optional(Count),
  status: v.optional(v.pipe(Count, v.description('of the HTTP answer'))),
  error_id: v.optional(v.string()),
  queued_at: v.optional(
    v.pipe(
      Time,
      v.description('of a first attempt, when the event was accepted; else when the retry was queued'),
    ),
  ),
  answer: v.optional(Answer),
});

export const HistoryPage = v.looseObject({ entries: v.array(HistoryEntry), searched: Searched });

/** How many events a stream's filter dropped in a minute. */
export const DropCount = v.looseObject({
  at: v.pipe(Time, v.description('when the minute began')),
  subscription: NamedId,
  publication: v.string(),
  count: Count,
});
export const DropPage = v.looseObject({ drops: v.array(DropCount), searched: Searched });

/** Events that name a Salesforce record, as far as their payloads are stored. */
export const RecordEvents = v.looseObject({
  events: v.pipe(
    v.array(
      v.looseObject({
        event_id: v.string(),
        event_type: v.optional(v.string()),
        event_subject: v.optional(v.string()),
        at: v.pipe(Time, v.description('when it came, or its delivery was stored')),
      }),
    ),
    v.description('newest first'),
  ),
  searched: v.looseObject({
    deliveries: v.pipe(
      Count,
      v.description(
        'stored deliveries: those that failed or wait. What was delivered at once leaves no payload',
      ),
    ),
    kept_events: v.pipe(Count, v.description('of subscriptions that keep their last events')),
    complete: v.pipe(v.boolean(), v.description('false when there are more deliveries than are looked into')),
  }),
});

const TracedAttempt = v.looseObject({
  at: v.pipe(Time, v.description('when it began; of one that only the history has, when it ended')),
  duration_ms: v.optional(Count),
  status: v.optional(v.pipe(Count, v.description('of the HTTP answer'))),
  error_id: v.optional(v.string()),
  message: v.optional(v.string()),
  answer: v.optional(Answer),
});

const TracedDelivery = v.looseObject({
  id: v.string(),
  publication: v.string(),
  subscription: v.optional(SubscriptionRef),
  status: knownValue(
    TRACED_STATUSES,
    'as of a delivery; dropped: by the filter of the stream; unknown: an attempt failed, and its record is gone',
  ),
  stored: v.pipe(v.boolean(), v.description('whether there is a delivery of that id to look at or to retry')),
  attempts: v.pipe(v.array(TracedAttempt), v.description('oldest first')),
  next_attempt_at: v.optional(Time),
  request: v.optional(
    v.pipe(
      v.looseObject({
        method: v.string(),
        url: v.string(),
        headers: v.array(
          v.looseObject({
            name: v.string(),
            value: v.optional(
              v.pipe(
                v.string(),
                v.description('absent where it is secret, or differs from attempt to attempt'),
              ),
            ),
          }),
        ),
      }),
      v.description(
        'as its publication sends it now; only where each delivery is an HTTP request of its own',
      ),
    ),
  ),
  next: v.pipe(v.string(), v.description('what happens next, or can be done: for people')),
});

/** Everything known about one event. */
export const Trace = v.looseObject({
  event_id: v.string(),
  event_type: v.optional(v.string()),
  event_subject: v.optional(v.string()),
  received: v.optional(
    v.looseObject({
      at: v.optional(Time),
      subscription: v.optional(SubscriptionRef),
      platform: v.optional(v.string()),
      publication: v.optional(v.pipe(v.string(), v.description('that it was published to'))),
    }),
  ),
  deliveries: v.array(TracedDelivery),
  other_streams: v.pipe(
    v.array(
      v.looseObject({
        source: NamedId,
        target: NamedId,
        trace_drops: v.boolean(),
        dropped: v.pipe(
          Count,
          v.description('events that its filter dropped in the minutes around this one'),
        ),
        what: v.pipe(v.string(), v.description('for people')),
      }),
    ),
    v.description('streams of the same subscription by which nothing of this event is known'),
  ),
  quarantine: v.array(v.looseObject({ id: v.string(), topic: v.string(), at: Time, reason: v.string() })),
  dead_letters: v.array(
    v.looseObject({ id: v.string(), publication: v.string(), receive_count: v.optional(Count) }),
  ),
  searched: v.looseObject({
    ...Searched.entries,
    records: v.pipe(Count, v.description('stored deliveries that were looked at')),
  }),
});
