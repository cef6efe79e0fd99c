import { DEAD_LETTER_QUEUES } from '../../src/domain/dead-letters/dead-letter.ts';
import { DELIVERY_STATUSES } from '../../src/domain/deliveries/delivery.ts';
import { NAME_LENGTH_MAX } from '../../src/domain/names.ts';
import {
  DRAIN_RATE,
  PUBLISH_VIAS,
  WEBHOOK_TIMEOUT_SECONDS,
  WEBHOOK_URL_LENGTH_MAX,
} from '../../src/domain/publications/publication.ts';
import { RETRY_SCHEDULE_LENGTH_MAX } from '../../src/domain/publications/retry-schedule.ts';
import { PROBLEMS } from './problems.ts';

// The objects of docs/api.md as JSON Schema 2020-12. Answers are open (a later version may add to them); what is sent is closed.

type Schema = { readonly [keyword: string]: unknown };
type Properties = { readonly [name: string]: Schema };

const TEXT: Schema = { type: 'string' };
const BOOLEAN: Schema = { type: 'boolean' };
const COUNT: Schema = { type: 'integer', minimum: 0 };
const ID: Schema = { type: 'string', format: 'uuid' };
const TIME: Schema = { type: 'string', format: 'date-time' };
const ADDRESS: Schema = { type: 'string', format: 'uri' };
const NAME: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: NAME_LENGTH_MAX,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
  description: 'not of the form of an id',
};
const TOPIC: Schema = {
  type: 'string',
  examples: ['/data/OpportunityChangeEvent', '/event/Order_Placed__e'],
};
const CURSOR_POLICY: Schema = { enum: ['earliest', 'latest', 'stop'] };
const FILTER: Schema = { type: ['string', 'null'], description: 'Bloblang; null lets everything pass' };

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

function list(name: string): Schema {
  return { type: 'array', items: ref(name) };
}

function object(required: Properties, optional: Properties = {}): Schema {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional } };
}

/** What is sent: nothing but these; an optional field may be absent or null. */
function sent(required: Properties, optional: Properties = {}, more: Schema = {}): Schema {
  const nullable = Object.fromEntries(
    Object.entries(optional).map(([name, schema]) => [name, orNull(schema)]),
  );
  return { ...object(required, nullable), additionalProperties: false, ...more };
}

/** What is changed: at least one of these. */
function change(optional: Properties): Schema {
  return { type: 'object', properties: optional, additionalProperties: false, minProperties: 1 };
}

/** Either name of a field that the pilot called otherwise. */
function eitherOf(...pairs: readonly (readonly [string, string])[]): Schema {
  return {
    allOf: pairs.map((names) => ({
      anyOf: names.map((name) => ({ required: [name], properties: { [name]: TEXT } })),
    })),
  };
}

function given(name: string): Schema {
  return { required: [name], properties: { [name]: TEXT } };
}

const REASON = object({ id: TEXT, message: TEXT, at: TIME });
const NAMED_ID = object({ id: ID, name: TEXT });

const SALESFORCE_SUBSCRIPTION_PARAMS = object({
  topic: TOPIC,
  event: TOPIC,
  alias: NAME,
  org_name: NAME,
  replay: { enum: ['latest', 'earliest'] },
  on_invalid_cursor: CURSOR_POLICY,
  format: { enum: ['json', 'avro-json'] },
  repair: BOOLEAN,
});
const GENERATE_PARAMS = object({ interval: TEXT, mapping: TEXT });
const VIA = { enum: PUBLISH_VIAS };
const SALESFORCE_PUBLICATION_PARAMS = object({
  topic: TOPIC,
  event: TOPIC,
  alias: NAME,
  org_name: NAME,
  via: VIA,
});
const WEBHOOK_PARAMS = object({
  url: ADDRESS,
  content_mode: { enum: ['structured', 'binary'] },
  timeout_seconds: COUNT,
});

const APP = { id: ID, name: NAME, created_at: TIME, api_url: ADDRESS, publish_host: TEXT };
const TOKEN = { id: ID, label: TEXT, scope: { enum: ['admin', 'app'] }, created_at: TIME };
const CREDENTIAL = { user: ID, created_at: TIME };
const SUBSCRIPTION = {
  id: ID,
  name: NAME,
  platform: { enum: ['salesforce', 'generate'] },
  params: { oneOf: [SALESFORCE_SUBSCRIPTION_PARAMS, GENERATE_PARAMS] },
  paused: BOOLEAN,
  status: object(
    { state: { enum: ['starting', 'active', 'waiting', 'stopped', 'paused'] } },
    { reason: REASON },
  ),
  created_at: TIME,
};
const PUBLICATION = {
  id: ID,
  name: NAME,
  platform: { enum: ['salesforce', 'webhook'] },
  params: { oneOf: [SALESFORCE_PUBLICATION_PARAMS, WEBHOOK_PARAMS] },
  state: { enum: ['active', 'paused', 'disabled'] },
  created_at: TIME,
};
const RETRY = { type: 'array', items: TEXT, maxItems: RETRY_SCHEDULE_LENGTH_MAX };
const DRAIN_RATE_SCHEMA = { type: 'integer', minimum: DRAIN_RATE.min, maximum: DRAIN_RATE.max };
/** Of a publication: there only where they apply. */
const PUBLICATION_EXTRAS = {
  state_reason: TEXT,
  drain_rate: { ...DRAIN_RATE_SCHEMA, description: 'while what was parked goes out: deliveries a second' },
  retry: RETRY,
};
const SOURCES: Properties = {
  sources: { type: 'array', items: object({ ...SUBSCRIPTION, filter: FILTER }) },
};
const TARGETS: Properties = {
  targets: { type: 'array', items: object({ ...PUBLICATION, filter: FILTER }, PUBLICATION_EXTRAS) },
};

const DELIVERY = {
  id: TEXT,
  status: { enum: DELIVERY_STATUSES },
  stage: { enum: ['filter', 'send'] },
  publication: NAMED_ID,
  event_id: TEXT,
  event_type: TEXT,
  attempt_count: COUNT,
  created_at: TIME,
  updated_at: TIME,
};
const DELIVERY_OPTIONAL = {
  subscription: NAMED_ID,
  event_subject: TEXT,
  last_error: {
    ...object({ id: TEXT }, { message: TEXT }),
    description: 'of the last attempt, when that failed',
  },
  next_attempt_at: TIME,
};
const ATTEMPTS: Properties = {
  attempts: {
    type: 'array',
    description: 'oldest first; the last 20',
    items: object({ at: TIME, duration_ms: COUNT }, { status: COUNT, error_id: TEXT, message: TEXT }),
  },
};
const EVENT: Schema = {
  type: 'object',
  description: 'a CloudEvents 1.0 event in structured JSON',
  required: ['specversion', 'id', 'source', 'type'],
  properties: { specversion: { const: '1.0' }, id: TEXT, source: TEXT, type: TEXT },
  additionalProperties: true,
};

const QUARANTINED = {
  id: TEXT,
  topic: TOPIC,
  event_id: TEXT,
  schema_id: TEXT,
  replay_id: { type: 'string', contentEncoding: 'base64' },
  reason: TEXT,
  payload_bytes: COUNT,
  at: TIME,
};

const DEAD_LETTER = {
  id: TEXT,
  queue: { enum: DEAD_LETTER_QUEUES },
  kind: {
    enum: ['delivery', 'retry', 'poll', 'unreadable'],
    description:
      'a first delivery with its events; a retry, which names a delivery; feeds that want a worker',
  },
  receive_count: { ...COUNT, description: 'on AWS, each look at it counts as well' },
  sent_at: TIME,
};
const DEAD_LETTER_OPTIONAL = {
  app: object({ id: TEXT }, { name: NAME }),
  publication: object({ id: TEXT }, { name: NAME }),
  subscription_id: TEXT,
  event_count: COUNT,
  event_id: { ...TEXT, description: 'of the first event' },
  event_type: TEXT,
  event_subject: TEXT,
  delivery_id: TEXT,
  feed_ids: { type: 'array', items: TEXT },
  reason: { ...TEXT, description: 'absent where it was received too often' },
  first_received_at: TIME,
};

const LINK_TARGET = { target: TEXT, filter: TEXT };
const LINK_SOURCE = { source: TEXT, filter: TEXT };
const TOPIC_NAMES = ['topic', 'event'] as const;
const ALIAS_NAMES = ['alias', 'org_name'] as const;

export const SCHEMAS = {
  Problem: object(
    {
      id: { enum: Object.keys(PROBLEMS) },
      message: TEXT,
      type: { type: 'string', format: 'uri' },
      title: TEXT,
      status: { type: 'integer' },
      detail: TEXT,
    },
    { errors: { type: 'array', items: object({ field: TEXT, message: TEXT }) } },
  ),

  App: object(APP),
  AppList: list('App'),
  NewApp: sent({ name: NAME }),
  CreatedApp: object({ ...APP, publish_url: ADDRESS, token: TEXT }),

  Token: object(TOKEN),
  TokenList: list('Token'),
  NewToken: sent({}, { label: { type: 'string', maxLength: 100 } }),
  CreatedToken: object({ ...TOKEN, token: TEXT }),

  Credential: object(CREDENTIAL),
  CredentialList: list('Credential'),
  NewCredential: sent({}),
  CreatedCredential: object({ ...CREDENTIAL, publish_url: ADDRESS }),

  Authorization: object(
    {
      id: ID,
      alias: NAME,
      platform: { const: 'salesforce' },
      params: object({ org_name: NAME, alias: NAME, url: orNull(ADDRESS) }),
      status: { enum: ['pending', 'active', 'failing', 'dead'] },
      flow: { enum: ['web', 'jwt', 'client-credentials', 'sfdx-url'] },
      login_url: ADDRESS,
      created_at: TIME,
      extra: orNull(object({ redirect_uri: ADDRESS })),
    },
    { reason: REASON, username: TEXT, org_id: TEXT, refreshed_at: TIME },
  ),
  AuthorizationList: list('Authorization'),
  NewSalesforceAuthorization: sent(
    {},
    {
      alias: NAME,
      org_name: NAME,
      flow: { enum: ['web', 'jwt', 'client-credentials', 'sfdx-url'] },
      login_url: ADDRESS,
      client_id: TEXT,
      client_secret: TEXT,
      private_key: { type: 'string', description: 'PEM, for jwt' },
      username: TEXT,
      sfdx_auth_url: TEXT,
      pubsub_endpoint: { type: 'string', description: 'host:port' },
      insecure: { type: 'boolean', description: 'plain text; for loopback in a local run only' },
    },
    eitherOf(ALIAS_NAMES),
  ),

  Subscription: object({ ...SUBSCRIPTION, ...TARGETS }),
  SubscriptionDetail: object({ ...SUBSCRIPTION, ...TARGETS }, { feed: ref('Feed') }),
  SubscriptionList: list('Subscription'),
  NewSalesforceSubscription: sent(
    { name: NAME },
    {
      topic: TOPIC,
      event: TOPIC,
      alias: TEXT,
      org_name: TEXT,
      replay: { enum: ['latest', 'earliest'] },
      on_invalid_cursor: CURSOR_POLICY,
      format: { enum: ['json', 'avro-json'] },
      repair: { type: 'boolean', description: 'after a GAP_ event, the records as they are then' },
      ...LINK_TARGET,
    },
    eitherOf(TOPIC_NAMES, ALIAS_NAMES),
  ),
  NewGenerateSubscription: sent(
    { name: NAME, interval: { type: 'string', examples: ['30s', '1m', '1h30m'] }, mapping: TEXT },
    LINK_TARGET,
  ),
  SubscriptionChange: change({
    paused: BOOLEAN,
    on_invalid_cursor: CURSOR_POLICY,
    repair: BOOLEAN,
    interval: TEXT,
    mapping: TEXT,
  }),

  Rewind: sent(
    {},
    {
      to: {
        type: 'string',
        description: '`earliest`, `latest` or a time of the past; of the time, with its first event or later',
        examples: ['2026-11-23T20:00:00Z', 'earliest'],
      },
      replay_id: {
        type: 'string',
        description: 'base64; with the event after it',
        contentEncoding: 'base64',
      },
      shared: { type: 'boolean', description: 'other subscriptions of the topic are rewound with it' },
    },
    { oneOf: [given('to'), given('replay_id')] },
  ),

  Publication: object({ ...PUBLICATION, ...SOURCES }, PUBLICATION_EXTRAS),
  PublicationList: list('Publication'),
  CreatedWebhookPublication: object(
    { ...PUBLICATION, ...SOURCES, signing_secret: { type: 'string', pattern: '^whsec_' } },
    PUBLICATION_EXTRAS,
  ),
  NewWebhookPublication: sent(
    { name: NAME, url: { type: 'string', maxLength: WEBHOOK_URL_LENGTH_MAX } },
    {
      token: TEXT,
      retry: RETRY,
      content_mode: { enum: ['structured', 'binary'] },
      timeout_seconds: {
        type: 'integer',
        minimum: WEBHOOK_TIMEOUT_SECONDS.min,
        maximum: WEBHOOK_TIMEOUT_SECONDS.max,
        default: WEBHOOK_TIMEOUT_SECONDS.default,
      },
      ...LINK_SOURCE,
    },
  ),
  NewSalesforcePublication: sent(
    { name: NAME },
    {
      topic: TOPIC,
      event: TOPIC,
      alias: TEXT,
      org_name: TEXT,
      via: { ...VIA, default: 'pubsub' },
      retry: RETRY,
      ...LINK_SOURCE,
    },
    eitherOf(TOPIC_NAMES, ALIAS_NAMES),
  ),
  PublicationChange: change({
    paused: BOOLEAN,
    drain_rate: {
      ...DRAIN_RATE_SCHEMA,
      description: `with \`paused\` false: how many of the parked deliveries go out a second; when absent, as a drain under way says, or ${DRAIN_RATE.default}`,
    },
    url: TEXT,
    token: { type: ['string', 'null'] },
    via: VIA,
    retry: { ...RETRY, type: ['array', 'null'] },
  }),

  Stream: object({ source: NAMED_ID, target: NAMED_ID, filter: FILTER, created_at: TIME }),
  StreamList: list('Stream'),
  NewStream: sent({ source: TEXT, target: TEXT }, { filter: TEXT }),
  StreamChange: sent({ filter: FILTER }),

  DeliveryPage: object(
    { deliveries: { type: 'array', items: object(DELIVERY, DELIVERY_OPTIONAL) } },
    { next: TEXT },
  ),
  DeliveryWithAttempts: object({ ...DELIVERY, ...ATTEMPTS }, DELIVERY_OPTIONAL),
  DeliveryDetail: object({ ...DELIVERY, ...ATTEMPTS, event: EVENT }, DELIVERY_OPTIONAL),

  QuarantineRecord: object(QUARANTINED),
  QuarantineList: list('QuarantineRecord'),
  QuarantinedEvent: object({
    ...QUARANTINED,
    payload: { type: 'string', contentEncoding: 'base64', description: 'Avro, as it came' },
  }),

  DeadLetter: object(DEAD_LETTER, DEAD_LETTER_OPTIONAL),
  DeadLetterPage: object({
    dead_letters: list('DeadLetter'),
    complete: { ...BOOLEAN, description: 'false when there are others' },
  }),
  DeadLetterDetail: object({ ...DEAD_LETTER, body: TEXT }, DEAD_LETTER_OPTIONAL),
  RedriveDeadLetters: sent({}, { before: TIME }),
  RedrivenDeadLetters: object(
    { redriven: COUNT },
    {
      refusal: {
        ...TEXT,
        description: 'why a queue did not take one; it stays a dead letter, and so do the rest',
      },
      next: { ...TIME, description: 'there may be more' },
    },
  ),

  Feed: object(
    {
      id: TEXT,
      topic: TOPIC,
      subscriptions: { type: 'array', items: NAME },
      state: { enum: ['starting', 'active', 'waiting', 'stopped', 'paused'] },
      on_invalid_cursor: CURSOR_POLICY,
      accepted_count: COUNT,
      accepted_last_hour: COUNT,
      accepted_last_day: COUNT,
      gaps: { type: 'array', items: object({ at: TIME, cursor_at: TIME, message: TEXT }) },
      created_at: TIME,
    },
    {
      alias: NAME,
      reason: REASON,
      lag_ms: {
        ...COUNT,
        description:
          'how old an event can be at most that Salesforce has and the feed has not accepted; 0 once Salesforce said that there is nothing more',
      },
      cursor_age_ms: { ...COUNT, description: 'Salesforce forgets events after 72 hours' },
      skip_before: { ...TIME, description: 'rewound to then: what is older is passed over' },
      cursor_at: TIME,
      last_event_at: TIME,
      last_accepted_at: TIME,
      not_before: TIME,
    },
  ),
  Allocation: object(
    {
      alias: NAME,
      limits: {
        type: 'array',
        description: "Salesforce's word, of all clients of the org",
        items: object({
          name: TEXT,
          max: COUNT,
          remaining: { type: 'integer' },
          used_percent: { type: 'integer' },
        }),
      },
      delivered_last_day: { ...COUNT, description: 'to our feeds' },
      published_this_hour: { ...COUNT, description: 'by our publications' },
    },
    { org_id: TEXT, read_at: TIME },
  ),
  Status: object(
    {
      app: NAMED_ID,
      feeds: list('Feed'),
      authorizations: list('Authorization'),
      allocations: list('Allocation'),
      publications: {
        type: 'array',
        description: 'those that are not active',
        items: object(
          { id: ID, name: NAME, state: { enum: ['paused', 'disabled'] } },
          { state_reason: TEXT },
        ),
      },
      deliveries: object({ waiting: COUNT, parked: COUNT, rejected: COUNT, exhausted: COUNT }),
    },
    {
      dead_letters: {
        ...object({ deliveries: COUNT, polls: COUNT }),
        description: 'of the whole installation, by queue; only for an administration token',
      },
    },
  ),
} as const satisfies Readonly<Record<string, Schema>>;

export type SchemaName = keyof typeof SCHEMAS;
