import { Metadata, type ServiceError, status } from '@grpc/grpc-js';

/**
 * What to do about a failed call. reauth: repeat with a new access token; retry: repeat after a while; slow-down:
 * repeat after a longer while; cursor-invalid: do not use that replay id again; quota: wait until the org's allocation
 * has room; fatal: somebody must change something first; unclear: the message suggests that somebody must, but carries
 * no error code that we know, so a gateway may have answered in Salesforce's place.
 */
export type RpcFailureKind =
  | 'reauth'
  | 'retry'
  | 'slow-down'
  | 'cursor-invalid'
  | 'quota'
  | 'fatal'
  | 'unclear';

export interface RpcFailure {
  readonly kind: RpcFailureKind;
  /** Stable: the `error-code` without its common prefix, or the gRPC status. */
  readonly id: string;
  /** Says, for people, what happened and what to do. */
  readonly message: string;
}

const PREFIX = 'sfdc.platform.eventbus.grpc.';

const PERMISSION =
  'In Salesforce Setup give the authorized user a permission set with read access to the event or object (for publishing: create), then resume; it may take ten minutes to have effect';
const TOPIC_NAME =
  'Check the topic name, capital letters included, and that the event exists in this org; for /data/ topics, that the object is selected in Setup, "Change Data Capture"';
const OURS = 'This is a fault of the client, not of your org: please report it';

interface Rule {
  readonly kind: RpcFailureKind;
  readonly message: string;
}

/**
 * Keyed by `error-code`, which is more reliable than the gRPC status: Salesforce sends a transient unavailability as
 * INTERNAL, and both a wrong topic and an expired replay id as INVALID_ARGUMENT.
 */
const RULES: { readonly [code: string]: Rule } = {
  'service.unavailable': { kind: 'retry', message: 'Salesforce says that its Pub/Sub API is unavailable' },
  'service.auth.error': {
    kind: 'reauth',
    message:
      'Salesforce refused the access token. If this persists, check in Setup that sessions are not locked to the IP address they began at, and that the app may use the "api" scope',
  },
  'service.auth.headers.invalid': {
    kind: 'fatal',
    message: `Salesforce did not take the org id or instance URL of the authorization. Authorize the org again`,
  },
  'service.auth.refresh.invalid': { kind: 'reauth', message: 'Salesforce refused the renewed access token' },
  'service.protection.triggered': {
    kind: 'slow-down',
    message: 'Salesforce protects itself from too many requests',
  },
  'service.protection.stream.limit.triggered': {
    kind: 'slow-down',
    message: 'Salesforce protects itself from too many requests on one stream',
  },
  'service.tenant.license': {
    kind: 'fatal',
    message: 'The org has no license for the Pub/Sub API. Ask Salesforce which edition or add-on holds it',
  },
  'concurrent.client.limit.exceeded': {
    kind: 'slow-down',
    message: 'Too many clients of this org are subscribed at the same time. Stop some of them',
  },
  'topic.not.found': {
    kind: 'fatal',
    message: `Salesforce knows no such topic. ${TOPIC_NAME}`,
  },
  'topic.meta.permission': { kind: 'fatal', message: `The user may not read this topic. ${PERMISSION}` },
  'schema.meta.permission': {
    kind: 'fatal',
    message: `The user may not read this event's schema. ${PERMISSION}`,
  },
  'topic.api.unavailable': { kind: 'retry', message: 'Salesforce cannot look up topics at the moment' },
  'schema.api.unavailable': { kind: 'retry', message: 'Salesforce cannot look up schemas at the moment' },
  'topic.validation.empty': { kind: 'fatal', message: `The topic is empty. ${TOPIC_NAME}` },
  'schema.validation.failed': {
    kind: 'fatal',
    message: `Salesforce does not know the schema id that was asked for. ${OURS}`,
  },
  'subscription.fetch.replayid.corrupted': {
    kind: 'cursor-invalid',
    message:
      'Salesforce no longer takes the replay id: it is older than the 72 hours that events are kept, or the org was moved or refreshed',
  },
  'subscription.fetch.replayid.validation.failed': {
    kind: 'cursor-invalid',
    message: 'Salesforce says that the replay id is not valid',
  },
  // The position went back: the stream must be reopened at the cursor.
  'subscription.fetch.replay.repeated': {
    kind: 'retry',
    message: 'Salesforce says that a replay id was repeated',
  },
  'subscription.limit.exceeded': {
    kind: 'quota',
    message:
      'The org has used up its allocation of delivered events for the last 24 hours. Wait for it to have room again, unsubscribe other clients, filter on a custom channel, or buy the add-on',
  },
  'subscription.fetch.overflow': {
    kind: 'retry',
    message: 'Salesforce says that more events were asked for than taken',
  },
  'subscription.fetch.requested.events.invalid': {
    kind: 'fatal',
    message: `Salesforce did not take the number of events asked for. ${OURS}`,
  },
  'subscription.fetch.topic.mismatch': {
    kind: 'fatal',
    message: `Salesforce did not take a change of topic on one stream. ${OURS}`,
  },
  'subscription.fetch.request.invalid': {
    kind: 'fatal',
    message: `Salesforce did not take the fetch request. ${OURS}`,
  },
  'subscription.topic.cannot.subscribe': {
    kind: 'fatal',
    message: `This topic cannot be subscribed to by this user. ${PERMISSION}`,
  },
  'subscription.internal.error': {
    kind: 'retry',
    message: 'Salesforce met an internal error on the subscription',
  },
  'publish.auth.refresh.invalid': { kind: 'reauth', message: 'Salesforce refused the renewed access token' },
  'publish.event.count.invalid': {
    kind: 'fatal',
    message: `Salesforce did not take the number of events of a publish. ${OURS}`,
  },
  'publish.topic.mismatch': {
    kind: 'fatal',
    message: `Salesforce did not take a change of topic. ${OURS}`,
  },
  'publish.topic.validation.empty': { kind: 'fatal', message: `The topic is empty. ${TOPIC_NAME}` },
  'publish.topic.cannot.publish': {
    kind: 'fatal',
    message: `This topic cannot be published to by this user. ${PERMISSION}`,
  },
};

/** For unlisted codes: their family still says something. */
function ruleByFamily(code: string): Rule | undefined {
  if (code.includes('.replayid.')) {
    return { kind: 'cursor-invalid', message: 'Salesforce did not take the replay id' };
  }
  if (code.includes('limit.exceeded'))
    return { kind: 'quota', message: 'A limit of the org has been reached' };
  if (code.includes('unavailable') || code.includes('internal')) {
    return { kind: 'retry', message: 'Salesforce cannot serve the request at the moment' };
  }
  if (code.includes('.auth.'))
    return { kind: 'reauth', message: 'Salesforce did not accept the authentication' };
  if (code.includes('permission'))
    return { kind: 'fatal', message: `The user lacks a permission. ${PERMISSION}` };
  return undefined;
}

const UNCLEAR =
  'A gateway or a maintenance page may have answered in place of Salesforce, for the answer has no error code that is known here';

/**
 * For errors without a code, including those that grpc-js makes itself: it turns a gateway's HTTP 404 into
 * UNIMPLEMENTED and a 403 into PERMISSION_DENIED. So none of these is a verdict on the topic or the user.
 */
const STATUS_RULES: { readonly [code: number]: Rule } = {
  [status.UNAUTHENTICATED]: { kind: 'reauth', message: 'Salesforce did not accept the authentication' },
  [status.PERMISSION_DENIED]: {
    kind: 'unclear',
    message: `The permission was denied. ${UNCLEAR}. If this persists: ${PERMISSION}`,
  },
  [status.NOT_FOUND]: {
    kind: 'unclear',
    message: `The topic was not found. ${UNCLEAR}. If this persists: ${TOPIC_NAME}`,
  },
  [status.INVALID_ARGUMENT]: {
    kind: 'unclear',
    message: `The request was not accepted. ${UNCLEAR}. If this persists: ${TOPIC_NAME}`,
  },
  [status.UNIMPLEMENTED]: {
    kind: 'unclear',
    message: `No Pub/Sub API answered. ${UNCLEAR}. If this persists, check the endpoint: expected api.pubsub.salesforce.com:443 or api.deu.pubsub.salesforce.com:443`,
  },
  [status.RESOURCE_EXHAUSTED]: {
    kind: 'slow-down',
    message: 'Salesforce, or the connection to it, has reached a limit',
  },
  [status.DEADLINE_EXCEEDED]: { kind: 'retry', message: 'Salesforce did not answer in time' },
  [status.UNAVAILABLE]: {
    kind: 'retry',
    message:
      'The connection to the Pub/Sub API was lost or could not be made. If this persists, check that port 443 to the Pub/Sub endpoint is open',
  },
};
const REPLAY_ID_TEXT = /replay ?id/i;

function ruleByStatus(error: ServiceError): Rule {
  if (error.code === status.INVALID_ARGUMENT && REPLAY_ID_TEXT.test(detailsOf(error))) {
    return { kind: 'cursor-invalid', message: 'Salesforce did not take the replay id' };
  }
  return STATUS_RULES[error.code] ?? { kind: 'retry', message: 'The call to the Pub/Sub API failed' };
}

/** Some failures of the far side carry no error code, but unambiguous words. */
const AUTHENTICATION_TEXT = /authentication exception|session expired|INVALID_SESSION_ID/i;
const TOPIC_TEXT = /getting the metadata for org .* and topic/i;
/** What grpc-js itself writes about a connection, or about an answer that is not gRPC. */
const NOT_FROM_SALESFORCE =
  /^(No connection established|Name resolution failed|Failed to connect|Connection dropped|Received HTTP status code)/i;
/** The rpc id makes each message different from the last; people should read the classified sentence. */
const FOUND_LENGTH_MAX = 300;

export function classifyRpcError(error: ServiceError): RpcFailure {
  const code = errorCode(error);
  const details = detailsOf(error);
  const found = foundText(error);
  if (code !== undefined) {
    const rule = RULES[code] ?? ruleByFamily(code) ?? ruleByStatus(error);
    return { kind: rule.kind, id: code, message: `${rule.message}.${found}` };
  }
  const rule = AUTHENTICATION_TEXT.test(details)
    ? (RULES['service.auth.error'] ?? ruleByStatus(error))
    : TOPIC_TEXT.test(details)
      ? (STATUS_RULES[status.NOT_FOUND] ?? ruleByStatus(error))
      : ruleByStatus(error);
  const name = status[error.code] ?? 'UNKNOWN';
  return {
    kind: rule.kind,
    id: name.toLowerCase().replaceAll('_', '-'),
    message: `${rule.message}.${found}`,
  };
}

function errorCode(error: ServiceError): string | undefined {
  // An error that grpc-js made itself may lack trailers, whatever its type says.
  const trailers: unknown = error.metadata;
  const value = trailers instanceof Metadata ? trailers.get('error-code')[0] : undefined;
  if (value === undefined) return undefined;
  const text = value.toString();
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
}

/** Node's own stream errors (a write after the end) arrive like those of the far side, but have no details. */
function detailsOf(error: ServiceError): string {
  const details: unknown = error.details;
  return typeof details === 'string' ? details : error.message;
}

function foundText(error: ServiceError): string {
  // For a connection that could not be made, grpc-js ends the text with a heading that nothing follows.
  const details = detailsOf(error)
    .replace(/\s*Resolution note:\s*$/, '')
    .trim();
  if (details === '') return ` (${status[error.code] ?? error.code})`;
  const cut = details.length > FOUND_LENGTH_MAX ? `${details.slice(0, FOUND_LENGTH_MAX)}…` : details;
  const isOurs = typeof error.code !== 'number' || NOT_FROM_SALESFORCE.test(details);
  const said = isOurs ? 'found' : 'Salesforce';
  return ` (${said}: ${JSON.stringify(cut)})`;
}
