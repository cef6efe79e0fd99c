import * as v from 'valibot';
import { PULL_BACKLOG_COUNTED_MAX } from '../domain/deliveries/pull.ts';
import { Count, Id, knownValue, Name, platformName, platformParams, Time } from '../domain/fields.ts';
import { BREAKER_STATES } from '../domain/publications/breaker.ts';
import { DRAIN_RATE, PUBLICATION_STATES } from '../domain/publications/publication.ts';
import { RATE_LIMIT_PATTERN } from '../domain/publications/rate-limit.ts';
import { RETRY_SCHEDULE_LENGTH_MAX } from '../domain/publications/retry-schedule.ts';

// This file does not know the targets; the OpenAPI document fills both in from the list of targets.
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
export const RateLimit = v.pipe(
  v.string(),
  v.metadata({
    pattern: RATE_LIMIT_PATTERN.source,
    description:
      'deliveries a second (`10/s`), minute (`100/m`) or hour, over all processes; what is beyond waits in a line, without an attempt',
    examples: ['10/s'],
  }),
);
/** Deliveries per second. */
export const DrainRate = v.pipe(
  v.number(),
  v.integer('expected "drain_rate" to be a whole number'),
  v.minValue(DRAIN_RATE.min),
  v.maxValue(DRAIN_RATE.max),
);

export const IndexAttempts = v.pipe(
  v.boolean(),
  v.description(
    'true: on AWS each attempt is also an item of the table, by its event, so that `events:trace` answers at once and searches no logs; about 0.63 USD for a million attempts. A local run has such an index for everything',
  ),
);

/** Whether the receiver is sent deliveries. */
export const Breaker = v.looseObject({
  state: knownValue(
    BREAKER_STATES,
    'open: the receiver fails, and deliveries are parked; half-open: one is tried, to see whether it is back',
  ),
  since: Time,
  opened_at: v.optional(v.pipe(Time, v.description('nothing has been delivered since'))),
  error: v.optional(
    v.pipe(v.looseObject({ id: v.string(), message: v.string() }), v.description('the last failure')),
  ),
  attempts: v.optional(v.pipe(Count, v.description('by which one worker found that the receiver fails'))),
  failures: v.optional(v.pipe(Count, v.description('of these attempts'))),
  failed_probes: v.optional(v.pipe(Count, v.description('since it opened'))),
  next_probe_at: v.optional(
    v.pipe(Time, v.description('not earlier; while a probe is under way, when another takes its place')),
  ),
});

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
    'paused by its owner; disabled when the receiver answered 410 or took nothing for five days, its token URL refused the client, or its target in AWS is not there or denies it. In both its deliveries are parked',
  ),
  state_reason: v.optional(v.string()),
  breaker: v.optional(
    v.pipe(Breaker, v.description('of the receiver of an active publication; absent until its first outage')),
  ),
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
  rate_limit: v.optional(RateLimit),
  index_attempts: v.optional(
    v.pipe(v.boolean(), v.description('true: its attempts are indexed by their event; otherwise absent')),
  ),
  attempts_indexed_since: v.optional(
    v.pipe(Time, v.description('attempts from before that time are in the logs alone')),
  ),
  backlog: v.optional(v.pipe(Backlog, v.description('of a publication that is pulled'))),
  created_at: Time,
} as const;
