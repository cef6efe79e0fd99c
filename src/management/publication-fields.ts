import * as v from 'valibot';
import { PULL_BACKLOG_COUNTED_MAX } from '../domain/deliveries/pull.ts';
import { Count, Id, knownValue, Name, platformName, platformParams, Time } from '../domain/fields.ts';
import { DRAIN_RATE, PUBLICATION_STATES } from '../domain/publications/publication.ts';
import { RETRY_SCHEDULE_LENGTH_MAX } from '../domain/publications/retry-schedule.ts';

// Which targets there are is not known here: the OpenAPI document fills both in from their list.
export const TargetName = platformName();
export const TargetParams = platformParams();

export const Retry = v.pipe(
  v.array(v.string()),
  v.metadata({
    maxItems: RETRY_SCHEDULE_LENGTH_MAX,
    description: 'a schedule of its own: the longest wait before each retry, from `1s` to `7d`',
    examples: [['5s', '1m']],
  }),
);
/** Deliveries a second. */
export const DrainRate = v.pipe(
  v.number(),
  v.integer('expected "drain_rate" to be a whole number'),
  v.minValue(DRAIN_RATE.min),
  v.maxValue(DRAIN_RATE.max),
);

export const Backlog = v.looseObject({
  count: v.pipe(
    Count,
    v.description(
      `deliveries that are kept, those that are taken and not acknowledged included; counted up to ${PULL_BACKLOG_COUNTED_MAX}`,
    ),
  ),
  oldest_at: v.optional(v.pipe(Time, v.description('when the oldest came of those that nobody holds'))),
});

/** A publication without its sources. */
export const publicationFields = {
  id: Id,
  name: Name,
  platform: TargetName,
  params: TargetParams,
  state: knownValue(
    PUBLICATION_STATES,
    'paused by its owner; disabled when the receiver answered 410. In both its deliveries are parked',
  ),
  state_reason: v.optional(v.string()),
  drain_rate: v.optional(
    v.pipe(
      v.number(),
      v.metadata({
        type: 'integer',
        minimum: DRAIN_RATE.min,
        maximum: DRAIN_RATE.max,
        description: 'deliveries a second, while parked deliveries go out',
      }),
    ),
  ),
  retry: v.optional(Retry),
  backlog: v.optional(v.pipe(Backlog, v.description('of a publication that is pulled'))),
  created_at: Time,
} as const;
