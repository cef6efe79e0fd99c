import * as v from 'valibot';
import { parseDateTime } from '../../base/calendar.ts';
import {
  Base64,
  changeOf,
  eitherNames,
  Filter,
  given,
  knownValue,
  Name,
  onlyWith,
  quoted,
  Time,
} from '../../domain/fields.ts';
import { ROTATION_GRACE } from '../../domain/publications/publication.ts';
import { KEPT_EVENT_BYTES_MAX, KEPT_EVENTS_MAX } from '../../domain/subscriptions/kept-event-store.ts';
import type { SourceFields, SourcePlatform } from '../../domain/subscriptions/source-platform.ts';
import { Feed } from '../feeds/schema.ts';
import { publicationFields } from '../publication-fields.ts';
import { subscriptionFields } from '../subscription-fields.ts';

/** A publication that a subscription is linked to. */
export const Target = v.looseObject({ ...publicationFields, filter: Filter });
export const Subscription = v.looseObject({ ...subscriptionFields, targets: v.array(Target) });
export const SubscriptionList = v.array(Subscription);
export const RewoundSubscription = v.looseObject({
  ...Subscription.entries,
  start: v.looseObject({
    from: knownValue(
      ['earliest', 'latest', 'replay-id', 'position'],
      'position: where the feed stood at `position_at`; for a time that it has no position of, earliest',
    ),
    position_at: v.optional(Time),
    message: v.string(),
  }),
});
export const SubscriptionDetail = v.looseObject({ ...Subscription.entries, feed: v.optional(Feed) });

/** 0 keeps none and removes stored events. */
const KeepLast = v.pipe(
  v.number(),
  v.integer('expected "keep_last" to be a whole number'),
  v.minValue(0),
  v.maxValue(KEPT_EVENTS_MAX),
  v.description(
    `keep so many of its last events with their payloads, to try filters on; 0: none. They are others' data at rest, and on AWS each costs a write: about 0.75 USD for a million small ones. Events of more than ${KEPT_EVENT_BYTES_MAX / 1_024} KiB are not kept; a change begins anew`,
  ),
);

/** One of a subscription's last events. */
const KeptEvent = v.looseObject({
  id: v.string(),
  at: Time,
  event: v.pipe(
    v.unknown(),
    v.metadata({
      type: 'object',
      description: 'a CloudEvents 1.0 event in structured JSON',
      additionalProperties: true,
    }),
  ),
});
export const KeptEventPage = v.looseObject({
  events: v.pipe(v.array(KeptEvent), v.description('newest first')),
  next: v.optional(v.pipe(v.string(), v.description('for `after` of the next page'))),
});

type SourceSchema = Pick<SourcePlatform, 'fields' | 'olderNames'>;

/** The request for a creation. `target` and `filter` create a stream in the same step. */
export function newSubscription({ fields, olderNames }: SourceSchema) {
  const { settings }: { readonly settings: SourceFields['settings'] } = fields;
  return v.pipe(
    v.strictObject({
      ...settings,
      name: Name,
      keep_last: v.optional(KeepLast),
      target: v.nullish(v.pipe(v.string(), v.description('name or id of the publication to link'))),
      filter: v.nullish(
        v.pipe(v.string(), v.metadata({ minLength: 1, description: 'of the stream to the target' })),
      ),
    }),
    v.metadata({ allOf: [...eitherNames(...olderNames), onlyWith('filter', given('target'))] }),
  );
}

export function subscriptionChange(sources: readonly SourceSchema[]) {
  const changes: SourceFields['changes'] = Object.assign({}, ...sources.map(({ fields }) => fields.changes));
  return changeOf({
    paused: v.optional(v.pipe(v.boolean(), v.description('false also restarts a stopped feed'))),
    keep_last: v.optional(KeepLast),
    ...changes,
  });
}

/** The request for a new inbound URL. */
export const AddressRotation = v.strictObject({
  grace: v.nullish(
    v.pipe(
      v.string(),
      v.metadata({
        default: ROTATION_GRACE.default,
        description: `how long the URL before it works as well, up to ${ROTATION_GRACE.max}; 0s ends it at once`,
        examples: [ROTATION_GRACE.default],
      }),
    ),
  ),
});

function isPosition(text: string): boolean {
  return text === 'earliest' || text === 'latest' || parseDateTime(text) !== undefined;
}

export const Rewind = v.pipe(
  v.strictObject({
    to: v.nullish(
      v.pipe(
        v.string(),
        v.check(
          isPosition,
          ({ input }) =>
            `expected "to" to be "earliest", "latest" or a time such as 2026-11-23T20:00:00Z, found ${quoted(input)}`,
        ),
        v.metadata({
          anyOf: [{ enum: ['earliest', 'latest'] }, { format: 'date-time' }],
          description:
            '`earliest`, `latest` or a time of the past: everything that Salesforce published since then is read; a time that the feed has no position of means `earliest`',
          examples: ['2026-11-23T20:00:00Z', 'earliest'],
        }),
      ),
    ),
    replay_id: v.nullish(v.pipe(Base64, v.description('the first event read is the one after it'))),
    shared: v.nullish(
      v.pipe(v.boolean(), v.description('also rewind the other subscriptions that read the topic')),
    ),
  }),
  v.check(
    ({ to, replay_id }) => (typeof to === 'string') !== (typeof replay_id === 'string'),
    'expected either "to" or "replay_id", found both or neither',
  ),
  v.metadata({ oneOf: [given('to'), given('replay_id')] }),
);
