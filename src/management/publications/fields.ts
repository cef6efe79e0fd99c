import * as v from 'valibot';
import {
  DRAIN_RATE,
  PUBLICATION_STATES,
  PUBLISH_VIAS,
  WEBHOOK_CONTENT_MODES,
  WEBHOOK_TIMEOUT_SECONDS,
  WEBHOOK_URL_LENGTH_MAX,
} from '../../domain/publications/publication.ts';
import { RETRY_SCHEDULE_LENGTH_MAX } from '../../domain/publications/retry-schedule.ts';
import {
  Address,
  ALIAS_NAMES,
  Count,
  eitherNames,
  Id,
  knownValue,
  Name,
  Time,
  TOPIC_NAMES,
  Topic,
} from '../fields.ts';

/** What a platform adds to a publication: the settings that a request gives, their changes, and what an answer shows. */
interface TargetFields {
  readonly settings: v.ObjectEntries;
  readonly changes: v.ObjectEntries;
  readonly params: v.ObjectEntries;
}

const ContentMode = v.pipe(
  v.picklist(WEBHOOK_CONTENT_MODES),
  v.description('how a CloudEvent is put into a request'),
);
const Via = v.pipe(v.picklist(PUBLISH_VIAS), v.description('which API of the org publishes'));

export const webhookFields = {
  settings: {
    url: v.pipe(v.string(), v.metadata({ maxLength: WEBHOOK_URL_LENGTH_MAX })),
    token: v.nullish(v.pipe(v.string(), v.description('sent as `Authorization: Bearer`'))),
    content_mode: v.nullish(v.pipe(ContentMode, v.metadata({ default: WEBHOOK_CONTENT_MODES[0] }))),
    timeout_seconds: v.nullish(
      v.pipe(
        v.number(),
        v.integer('expected "timeout_seconds" to be a whole number'),
        v.minValue(WEBHOOK_TIMEOUT_SECONDS.min),
        v.maxValue(WEBHOOK_TIMEOUT_SECONDS.max),
        v.metadata({ default: WEBHOOK_TIMEOUT_SECONDS.default, description: 'what one attempt may take' }),
      ),
    ),
  },
  changes: {
    url: v.optional(v.string()),
    token: v.optional(v.pipe(v.nullable(v.string()), v.description('null: send none'))),
  },
  params: {
    url: Address,
    content_mode: knownValue(WEBHOOK_CONTENT_MODES),
    timeout_seconds: Count,
  },
} as const satisfies TargetFields;

export const salesforceFields = {
  settings: {
    topic: v.nullish(Topic),
    event: v.nullish(Topic),
    alias: v.nullish(v.string()),
    org_name: v.nullish(v.string()),
    via: v.nullish(v.pipe(Via, v.metadata({ default: PUBLISH_VIAS[0] }))),
  },
  changes: { via: v.optional(Via) },
  params: { topic: Topic, event: Topic, alias: Name, org_name: Name, via: knownValue(PUBLISH_VIAS) },
} as const satisfies TargetFields;

/** For the document: which of the settings of a Salesforce publication have two names. */
export const salesforceNames = eitherNames(TOPIC_NAMES, ALIAS_NAMES);

export const Retry = v.pipe(
  v.array(v.string()),
  v.metadata({
    maxItems: RETRY_SCHEDULE_LENGTH_MAX,
    description: 'a schedule of its own: the longest wait before each retry',
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

/** A publication without its sources. */
export const publicationFields = {
  id: Id,
  name: Name,
  platform: knownValue(['salesforce', 'webhook']),
  params: v.pipe(
    v.union([v.looseObject(salesforceFields.params), v.looseObject(webhookFields.params)]),
    v.description("the platform's own settings; secrets are never shown"),
  ),
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
  created_at: Time,
} as const;
