import * as v from 'valibot';
import { PULL_BACKLOG_COUNTED_MAX, PULL_WAIT_SECONDS_MAX, TAKEN_MAX } from '../../domain/deliveries/pull.ts';
import { Count, Filter, Id, Name, Time } from '../../domain/fields.ts';
import { LISTENED_BY_LENGTH_MAX } from '../../domain/listeners/listener.ts';
import { STREAMS_PER_APP_MAX } from '../../domain/streams/stream.ts';

const By = v.pipe(v.string(), v.description('who listens, for people: a user and a computer'));

const Waiting = v.pipe(
  Count,
  v.description(`deliveries that nobody has taken yet; counted up to ${PULL_BACKLOG_COUNTED_MAX}`),
);

/** Who listens or listened. */
export const ListenerSession = v.looseObject({ by: By, since: Time });

export const Listener = v.looseObject({
  id: Id,
  name: Name,
  temporary: v.pipe(v.boolean(), v.description('whether it goes when its session ends')),
  all: v.pipe(
    v.boolean(),
    v.description('whether it is linked to every subscription of the app, those included that come later'),
  ),
  sources: v.array(v.looseObject({ id: Id, name: v.string(), filter: Filter })),
  session: v.optional(v.pipe(ListenerSession, v.description('absent while nobody listens'))),
  seen_at: v.pipe(Time, v.description('when a session was last heard of, to within some minutes')),
  ends_at: v.pipe(Time, v.description('when it is removed, unless somebody listens until then')),
  waiting: Waiting,
  dropped: v.pipe(
    v.looseObject({ count: Count, since: Time }),
    v.description(
      'deliveries that were too old, or one too many, since the last session began: `events:deliveries --status exhausted` lists them. Counted up to 1,000',
    ),
  ),
  created_at: Time,
});
export const ListenerList = v.looseObject({ listeners: v.array(Listener) });

export const NewListenerSession = v.strictObject({
  by: v.pipe(
    v.string(),
    v.minLength(1, 'expected "by" to say who listens, found an empty text'),
    v.maxLength(
      LISTENED_BY_LENGTH_MAX,
      `expected "by" to have at most ${LISTENED_BY_LENGTH_MAX} characters, found more`,
    ),
    v.description('who listens, for people'),
  ),
  sources: v.optional(
    v.pipe(
      v.array(v.string()),
      v.minLength(1, 'expected "sources" to name a subscription, found none'),
      v.maxLength(STREAMS_PER_APP_MAX),
      v.description(
        'names or ids of the subscriptions to listen to. Absent: as before; of a new listener, all but those of Sluice itself',
      ),
    ),
  ),
  filter: v.optional(v.pipe(Filter, v.description('of all its streams; absent: as before'))),
  temporary: v.optional(
    v.pipe(v.boolean(), v.description('of a new listener: whether it goes when its session ends')),
  ),
});

export const OpenedListener = v.looseObject({
  ...Listener.entries,
  session_id: v.pipe(v.string(), v.description('with which the deliveries are asked for')),
  taken_from: v.optional(
    v.pipe(
      v.looseObject({ by: By, since: Time, seen_at: Time }),
      v.description('whose session had not ended: it is over now'),
    ),
  ),
});

const DeliveryIds = v.pipe(
  v.array(v.pipe(v.string(), v.maxLength(100))),
  v.maxLength(TAKEN_MAX, `expected at most ${TAKEN_MAX} ids of deliveries, found more`),
);

export const WantedListenerDeliveries = v.strictObject({
  session_id: v.pipe(v.string(), v.maxLength(100)),
  delivered: v.optional(
    v.pipe(
      DeliveryIds,
      v.description('ids of the deliveries that the receiver took: they end as `delivered`'),
    ),
  ),
  skipped: v.optional(
    v.pipe(
      DeliveryIds,
      v.description('ids of those that whoever listens does not want: they end as `discarded`'),
    ),
  ),
  max: v.optional(
    v.pipe(
      v.number(),
      v.integer('expected "max" to be a whole number'),
      v.minValue(0),
      v.maxValue(TAKEN_MAX),
      v.metadata({ default: TAKEN_MAX, description: 'deliveries to answer; 0 only counts' }),
    ),
  ),
  wait: v.optional(
    v.pipe(
      v.number(),
      v.integer('expected "wait" to be whole seconds'),
      v.minValue(0),
      v.maxValue(PULL_WAIT_SECONDS_MAX),
      v.metadata({ default: 0, description: 'seconds to wait for the first one' }),
    ),
  ),
});

export const ListenerDeliveries = v.looseObject({
  deliveries: v.pipe(
    v.array(
      v.looseObject({
        id: v.pipe(v.string(), v.description('of the delivery: the `webhook-id`')),
        event_id: v.string(),
        type: v.string(),
        subject: v.optional(v.string()),
        subscription_id: v.optional(v.string()),
        accepted_at: Time,
        replayed_at: v.optional(v.pipe(Time, v.description('when a person had it tried again'))),
        body: v.pipe(
          v.string(),
          v.description('the event as a webhook would be sent it, to the byte: structured CloudEvents JSON'),
        ),
      }),
    ),
    v.description('the oldest that were not ended; the same ones again until they are'),
  ),
  waiting: Waiting,
});
