import * as v from 'valibot';
import {
  AUTHORIZATION_FLOWS,
  AUTHORIZATION_STATUSES,
  GIVEN_SECRETS,
} from '../../domain/authorizations/authorization.ts';
import {
  Address,
  ALIAS_NAMES,
  Count,
  eitherNames,
  Id,
  Integer,
  knownValue,
  Name,
  Reason,
  Time,
  Topic,
} from '../../domain/fields.ts';

export const Authorization = v.looseObject({
  id: Id,
  alias: Name,
  platform: knownValue(['salesforce']),
  params: v.looseObject({
    org_name: Name,
    alias: Name,
    url: v.pipe(v.nullable(Address), v.description('of the instance; null until the org is authorized')),
  }),
  status: knownValue(
    AUTHORIZATION_STATUSES,
    'failing: the last renewal failed but may succeed later; dead: only a person can mend it',
  ),
  reason: v.optional(Reason),
  flow: knownValue(AUTHORIZATION_FLOWS),
  login_url: Address,
  client_id: v.optional(v.pipe(v.string(), v.description('consumer key of the app that asks'))),
  username: v.optional(v.string()),
  pubsub_endpoint: v.optional(v.pipe(v.string(), v.description('host:port'))),
  insecure: v.optional(v.pipe(v.boolean(), v.description('plain text, on loopback addresses'))),
  given_secrets: v.optional(
    v.pipe(
      v.array(knownValue(GIVEN_SECRETS)),
      v.description('which of its secrets were given; their values are never shown'),
    ),
  ),
  org_id: v.optional(v.string()),
  created_at: Time,
  refreshed_at: v.optional(Time),
  extra: v.pipe(
    v.nullable(
      v.looseObject({
        redirect_uri: v.pipe(Address, v.description('where to send the browser')),
        reason: v.optional(
          v.pipe(Reason, v.description('why the last attempt to replace the credentials failed')),
        ),
      }),
    ),
    v.description('null unless a login in the browser is awaited'),
  ),
});
export const AuthorizationList = v.array(Authorization);

const CREDENTIALS = {
  flow: v.nullish(v.picklist(AUTHORIZATION_FLOWS)),
  login_url: v.nullish(Address),
  client_id: v.nullish(v.string()),
  client_secret: v.nullish(v.string()),
  private_key: v.nullish(v.pipe(v.string(), v.description('PEM, for the jwt flow'))),
  username: v.nullish(v.pipe(v.string(), v.description('for the jwt flow'))),
  sfdx_auth_url: v.nullish(v.pipe(v.string(), v.description('for the sfdx-url flow'))),
  pubsub_endpoint: v.nullish(v.pipe(v.string(), v.description('host:port'))),
  insecure: v.nullish(
    v.pipe(v.boolean(), v.description('plain text; only for loopback addresses in a local run')),
  ),
};

export const NewSalesforceAuthorization = v.pipe(
  v.strictObject({ alias: v.nullish(Name), org_name: v.nullish(Name), ...CREDENTIALS }),
  v.metadata({ allOf: eitherNames(ALIAS_NAMES) }),
);

/** New credentials for the same org; fields that are absent or null stay unchanged. */
export const AuthorizationChange = v.strictObject(CREDENTIALS);
export type AuthorizationChange = v.InferOutput<typeof AuthorizationChange>;

/** The data of one topic's events. */
export const TopicSchema = v.looseObject({
  topic: Topic,
  schema_id: v.pipe(
    v.string(),
    v.description('of the Avro schema at Salesforce; another one when the event changes'),
  ),
  event_types: v.pipe(v.array(v.string()), v.description('every `type` that its CloudEvents may have')),
  data_schema: v.pipe(
    v.unknown(),
    v.metadata({
      type: 'object',
      description: 'of the `data` of its CloudEvents, in the format `json`: JSON Schema 2020-12',
      additionalProperties: true,
    }),
  ),
});

/** The use of an org's event allocations. */
export const Allocation = v.looseObject({
  alias: Name,
  org_id: v.optional(v.string()),
  read_at: v.optional(Time),
  limits: v.pipe(
    v.array(
      v.looseObject({
        name: v.pipe(v.string(), v.examples(['DailyDeliveredPlatformEvents'])),
        max: Count,
        remaining: v.pipe(Integer, v.description('below zero where an add-on lets the org exceed its limit')),
        used_percent: Integer,
        runs_out_at: v.optional(
          v.pipe(
            Time,
            v.description(
              'of delivered events: when they will be used up at the pace of the last hour, with what comes free in the rolling day; absent when they last for the day ahead',
            ),
          ),
        ),
      }),
    ),
    v.description('as Salesforce reports them, read every ten minutes, for all clients of the org'),
  ),
  delivered_last_day: v.pipe(Count, v.description('events that our feeds received')),
  published_this_hour: v.pipe(Count, v.description('events that our publications sent')),
});
