// Objects in the pilot's recorded shapes and in those of docs/api.md.

export const APP_ID = '20e75de0-0f59-4c21-86d1-8a1a1a1b2c3d';

export const recordedPublications = [
  {
    id: 'beabd9f6-cf0a-4469-a956-de4d2e4ffda0',
    name: 'hempSystemStatusFakeOrg',
    platform: 'salesforce',
    params: { event: '/event/Hemp_System_Status__e', org_name: 'fake-sfdc-org' },
    sources: [],
  },
  {
    id: 'c9d2b1d6-cf0a-4469-a956-de4d2e4ffda1',
    name: 'fakeOrgAccountCreated',
    platform: 'webhook',
    params: { url: 'https://receiver.example.com/api/webhooks/fake-sfdc-org' },
    sources: [],
  },
];

export const recordedSubscription = {
  id: '5d25c8a0-28b1-44fc-b6c0-e91fa018a42f',
  name: 'fakeOrgAccountChange',
  platform: 'salesforce',
  params: { event: '/data/AccountChange', org_name: 'fake-sfdc-org' },
  targets: [
    {
      id: 'beabd9f6-cf0a-4469-a956-de4d2e4ffda0',
      name: 'fakeOrgAccountCreated',
      platform: 'webhook',
      params: { url: 'https://receiver.example.com/api/webhooks/fake-sfdc-org' },
      filter: 'root = if ChangeEventHeader.ChangeType == "CREATE" { this } else { deleted() }',
    },
  ],
};

export const subscription = {
  id: '5d25c8a0-28b1-44fc-b6c0-e91fa018a42f',
  name: 'accountChange',
  platform: 'salesforce',
  params: {
    topic: '/data/AccountChangeEvent',
    event: '/data/AccountChangeEvent',
    alias: 'my-org',
    org_name: 'my-org',
    replay: 'latest',
    on_invalid_cursor: 'earliest',
    format: 'json',
  },
  paused: false,
  status: { state: 'active' },
  created_at: '2026-11-23T20:00:00.000Z',
  targets: [],
};

export const webhookPublication = {
  id: 'c9d2b1d6-cf0a-4469-a956-de4d2e4ffda1',
  name: 'systemStatus',
  platform: 'webhook',
  params: { url: 'https://example.com/webhooks', content_mode: 'structured', timeout_seconds: 15 },
  state: 'active',
  created_at: '2026-11-23T20:00:00.000Z',
  sources: [],
};

export const pullPublication = {
  ...webhookPublication,
  platform: 'pull',
  params: { visibility_seconds: 30, max_count: 10_000, max_age: '7d' },
  backlog: { count: 2, oldest_at: '2026-11-23T20:00:00.000Z' },
};

export const herokuAddon = {
  id: '01234567-89ab-cdef-0123-456789abcdef',
  name: 'acme-events-horizontal-01234',
  plan: 'test',
  region: 'amazon-web-services::us-east-1',
  grant: { state: 'granted' },
  config_vars: ['ACME_EVENTS_API_URL', 'ACME_EVENTS_API_TOKEN'],
  created_at: '2026-11-23T20:00:00.000Z',
};

/** A publication to an AWS resource, which an ARN names. */
export const awsPublication = (platform: string, arn: string) => ({
  ...webhookPublication,
  platform,
  params: { arn },
});

export const webhookSubscription = {
  ...subscription,
  name: 'hooks',
  platform: 'webhook',
  params: { verify: 'none' },
  inbound_url: 'https://events.example.com/in/AAAAAAAAAAAAAAAAAAAAAA',
};

export const stream = {
  source: { id: subscription.id, name: 'subAccountChange' },
  target: { id: webhookPublication.id, name: 'pubAccountChange' },
  filter: 'root = if this.Amount > 5 { this } else { deleted() }',
  created_at: '2026-11-23T20:00:00.000Z',
};

export const pendingAuthorization = {
  id: '0b1c5c88-60ad-4a84-9f6b-0a4c7d3c1e11',
  alias: 'my-org',
  platform: 'salesforce',
  params: { org_name: 'my-org', alias: 'my-org', url: null },
  status: 'pending',
  flow: 'web',
  login_url: 'https://login.salesforce.com',
  created_at: '2026-11-23T20:00:00.000Z',
  extra: { redirect_uri: 'https://login.salesforce.com/services/oauth2/authorize?state=abc' },
};

export const activeAuthorization = {
  ...pendingAuthorization,
  params: { ...pendingAuthorization.params, url: 'https://acme.my.salesforce.com' },
  status: 'active',
  username: 'events@example.com',
  org_id: '00D000000000001EAA',
  refreshed_at: '2026-11-23T20:00:10.000Z',
  extra: null,
};

export const deadAuthorization = {
  ...pendingAuthorization,
  status: 'dead',
  reason: {
    id: 'access-denied',
    message: 'Salesforce was told not to grant access: create the authorization again',
    at: '2026-11-23T20:00:10.000Z',
  },
  extra: null,
};

export const listener = {
  id: 'b4f1c7de-6f9b-4b7e-9c0e-1d2f3a4b5c6d',
  name: 'ada',
  temporary: false,
  all: true,
  sources: [{ id: 'c5f1c7de-6f9b-4b7e-9c0e-1d2f3a4b5c6d', name: 'accountChange', filter: null }],
  session: { by: 'ada@laptop', since: '2026-11-01T10:00:00.000Z' },
  seen_at: '2026-11-01T10:00:00.000Z',
  ends_at: '2026-11-02T10:00:00.000Z',
  waiting: 3,
  dropped: { count: 0, since: '2026-11-01T10:00:00.000Z' },
  created_at: '2026-11-01T10:00:00.000Z',
};

export const redrive = {
  id: 'a2f1c7de-6f9b-4b7e-9c0e-1d2f3a4b5c6d',
  action: 'retry',
  filter: { status: ['rejected', 'exhausted'] },
  state: 'done',
  rate: 100,
  started_by: 'laptop',
  started_at: '2026-11-01T10:00:00.000Z',
  ended_at: '2026-11-01T10:00:01.000Z',
  done: 2,
  skipped: 1,
  scanned: 3,
};

export const erasable = {
  deliveries: 2,
  dead_letters: { erased: 1, mixed: 0, complete: true },
  quarantine: 0,
  scanned: 5,
  complete: true,
  unreachable: [
    {
      where: 'queues',
      what: 'events that wait for their first attempt',
      until: '2026-11-15T10:00:00.000Z',
    },
    { where: 'receivers', what: 'whatever was delivered' },
  ],
};

export const erasure = {
  ...redrive,
  action: 'erase',
  filter: { status: [] },
  skipped: 0,
  erasure: {
    by: 'record',
    value_sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
    quarantine: 0,
    dead_letters: { erased: 1, mixed: 0, complete: true },
  },
};

export const waitingDelivery = {
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  status: 'waiting',
  stage: 'send',
  publication: { id: webhookPublication.id, name: 'systemStatus' },
  subscription: { id: subscription.id, name: 'subAccountChange' },
  event_id: '20741903-d0b2-4d86-90cf-4192b0e17462',
  event_type: 'com.salesforce.cdc.Account.UPDATE',
  event_subject: '/data/AccountChangeEvent',
  attempt_count: 2,
  last_error: { id: 'http-500', message: 'the receiver failed with 500' },
  next_attempt_at: '2026-11-23T20:02:00.000Z',
  created_at: '2026-11-23T20:00:00.000Z',
  updated_at: '2026-11-23T20:01:00.000Z',
};

export const deadLetter = {
  id: '3f1e1bb0-2b6f-4a83-9b2e-0f6a3f6c1d11',
  queue: 'deliveries',
  kind: 'delivery',
  app: { id: APP_ID, name: 'my-app' },
  publication: { id: 'c9d2b1d6-cf0a-4469-a956-de4d2e4ffda1', name: 'crm' },
  event_count: 1,
  event_id: '20741903-d0b2-4d86-90cf-4192b0e17462',
  event_type: 'com.salesforce.cdc.Account.UPDATE',
  event_subject: '/data/AccountChangeEvent',
  receive_count: 24,
  sent_at: '2026-11-23T20:00:00.000Z',
  first_received_at: '2026-11-23T20:00:00.020Z',
};

export const quarantined = {
  id: 'feed.place',
  topic: '/event/Order__e',
  event_id: '20741903-d0b2-4d86-90cf-4192b0e17462',
  schema_id: 'K98aAtiNFBjA-PJlcvaQ2g',
  replay_id: 'AAAAAAAQ20wAAA==',
  reason: 'the payload does not fit its schema Order__e',
  payload_bytes: 3,
  at: '2026-11-23T20:00:00.000Z',
};

export const APP_STATUS = {
  app: { id: APP_ID, name: 'my-app' },
  feeds: [
    {
      subscriptions: ['accountChange'],
      id: 'feed-1',
      topic: '/data/AccountChangeEvent',
      alias: 'my-org',
      state: 'active',
      accepted_count: 7,
      accepted_last_hour: 3,
      lag_ms: 0,
      cursor_age_ms: 90_000,
      gaps: [{ at: '2026-11-23T20:00:00.000Z', message: 'Events may have been missed' }],
    },
  ],
  authorizations: [activeAuthorization],
  allocations: [
    {
      alias: 'my-org',
      limits: [{ name: 'DailyDeliveredPlatformEvents', max: 50_000, remaining: 10_000, used_percent: 80 }],
      delivered_last_day: 7_000,
      published_this_hour: 0,
    },
    { alias: 'new-org', limits: [], delivered_last_day: 0, published_this_hour: 0 },
  ],
  publications: [
    { id: APP_ID, name: 'crm', state: 'disabled', state_reason: 'the receiver answered 410' },
    { id: APP_ID, name: 'later', state: 'paused' },
  ],
  deliveries: { waiting: 2, parked: 0, rejected: 1, exhausted: 0 },
};

export const app = {
  id: APP_ID,
  name: 'my-app',
  created_at: '2026-11-23T20:00:00.000Z',
  api_url: `https://events.example.com/v1/tenants/${APP_ID}`,
  publish_host: 'publish.example.com',
};

export const token = { id: 't1', label: 'ci', scope: 'app', created_at: '2026-11-23T20:00:00.000Z' };
export const credential = { user: 'u1', use: 'publish', created_at: '2026-11-23T20:00:00.000Z' };

export const deliveryWithEvent = {
  ...waitingDelivery,
  attempts: [
    {
      at: '2026-11-23T20:00:00.000Z',
      duration_ms: 12,
      status: 500,
      error_id: 'http-500',
      message: 'answered 500',
    },
  ],
  event: {
    specversion: '1.0',
    id: waitingDelivery.event_id,
    source: '//acme',
    type: 'com.salesforce.cdc.Account.UPDATE',
  },
};

const AT = '2026-11-29T12:00:00.000Z';
const source = { id: subscription.id, name: 'subAccountChange' };

export const keptEvent = {
  id: '1',
  at: AT,
  event: { specversion: '1.0', id: 'e-1', source: '/test', type: 't', data: { missing: 'x' } },
};

export const historyEntry = {
  at: AT,
  event_id: 'e-1',
  delivery_id: 'd-1',
  publication: 'pubAccountChange',
  subscription: source,
  outcome: 'retry',
  attempt: 1,
  duration_ms: 12,
  status: 503,
  error_id: 'http-503',
  queued_at: AT,
};

export const searched = { from: AT, until: AT, complete: true };

export const logLine = {
  id: '1',
  at: AT,
  level: 'INFO',
  function: 'deliver',
  code: 'DELIVERY_ATTEMPTED',
  message: 'one attempt to deliver an event ended',
  fields: { publication: 'pubAccountChange', status: 204, isNew: true },
};

export const dropCount = { at: AT, subscription: source, publication: 'pubAccountChange', count: 7 };

export const trace = {
  event_id: 'e-1',
  event_type: 't',
  received: { at: AT, subscription: source, platform: 'salesforce' },
  deliveries: [
    {
      id: 'd-1',
      publication: 'pubAccountChange',
      subscription: source,
      status: 'waiting',
      stored: true,
      attempts: [
        { at: AT, duration_ms: 12, status: 503, error_id: 'http-503', message: 'no', answer: 'full' },
      ],
      next_attempt_at: AT,
      next: 'it is tried again at that time',
    },
  ],
  other_streams: [
    {
      source,
      target: { id: webhookPublication.id, name: 'other' },
      trace_drops: false,
      dropped: 3,
      what: 'most likely dropped',
    },
  ],
  quarantine: [],
  dead_letters: [{ id: 'm-1', publication: 'pubAccountChange', receive_count: 24 }],
  searched: { ...searched, records: 1 },
};

export const topicSchema = {
  topic: '/event/Order_Placed__e',
  schema_id: 'I8KDsgK5dF4khGlX9aRxRg',
  event_types: ['com.salesforce.platformevent.Order_Placed__e'],
  data_schema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Order_Placed__e',
    type: 'object',
    properties: { Number__c: { type: ['number', 'null'] } },
    required: ['Number__c'],
  },
};
