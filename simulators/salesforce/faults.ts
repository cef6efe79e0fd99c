/** How a stream is made to end. The names describe what a client sees. */
export type StreamEnding =
  /** `UNAVAILABLE: RST_STREAM closed stream. HTTP/2 error code: NO_ERROR`, no trailers. */
  | 'reset-unavailable'
  /** `INTERNAL: Received RST_STREAM with code 0`, no trailers. */
  | 'reset-internal'
  /** INTERNAL with the trailer `…service.unavailable`, as seen on live orgs. */
  | 'service-unavailable'
  /** UNAUTHENTICATED with the trailer `…service.auth.error`. */
  | 'auth-error'
  /** OK without an error: the server just ends the stream. */
  | 'ok';

/**
 * Every way in which the simulator can misbehave. All faults are off at first. Numbers named `next…` count down as they
 * are used up; the others stay until changed.
 */
export interface Faults {
  // Pub/Sub API
  /** End each Subscribe stream after it delivered this many events; 0 = never. */
  dropStreamAfterEvents: number;
  dropStreamEnding: StreamEnding;
  /** The next RPCs of any kind fail as INTERNAL + `service.unavailable`. */
  nextServiceUnavailable: number;
  /**
   * The next RPCs fail with these error codes, one each. A code is any of Salesforce's without its prefix, e.g.
   * `service.tenant.license`; an empty one lets its RPC pass. The status is INTERNAL, because that of most codes is not
   * known.
   */
  errorCodesToCome: string[];
  /** Accept Subscribe and never answer, not even with a keepalive; running streams fall silent as well. */
  halfOpen: boolean;
  /** Share of events (0–1) that are delivered twice in a row. */
  duplicateRate: number;
  /** Most events in one FetchResponse; 0 = as many as fit. */
  responseEventsMax: number;
  /** Cut responses at random places. */
  splitRandomly: boolean;
  /** Delay before each FetchResponse with events. */
  fetchDelayMs: number;
  getSchemaDelayMs: number;
  getTopicDelayMs: number;
  /** The next published events carry a payload that does not decode. */
  nextUndecodable: number;
  /** Topics that the user may not subscribe to; open streams on them end after `permissionDelayMs` (live orgs: within 10 minutes). */
  deniedSubscribe: string[];
  deniedPublish: string[];
  permissionDelayMs: number;
  /** The next published events fail one by one (`error` in their PublishResult). */
  nextPublishErrors: number;
  /** The events are stored, then the RPC fails: the client cannot know, and its retry is a duplicate. */
  nextPublishLostAnswers: number;
  /**
   * The org's limit of concurrent Subscribe streams, beyond which a call fails with `concurrent.client.limit.exceeded`.
   * 0 = no limit.
   */
  subscribeStreamsMax: number;
  // change events
  /** Sends long text changes as a difference and lists them in `diffFields`. */
  diffFields: boolean;
  /** Changes of one transaction and entity beyond which a GAP_OVERFLOW event stands for the rest. */
  gapOverflowAfter: number;
  /**
   * Added to every commit number, to exceed the range of exact doubles; a decimal string, because JSON has no such
   * integers.
   */
  commitNumberOffset: string;
  // allocations
  deliveredLimit: number;
  publishedLimit: number;
  apiLimit: number;
  // OAuth and REST
  /** Every HTTP answer is an HTML page with status 503. */
  maintenance: boolean;
  httpDelayMs: number;
  /** The next token requests answer 400 `unknown_error`. */
  nextUnknownError: number;
  nextRateLimitExceeded: number;
  /** The next HTTP requests (OAuth or REST) end with the connection cut. */
  nextConnectionResets: number;
  inactiveUser: boolean;
  inactiveOrg: boolean;
  /** The app is not installed in the org. */
  appNotInstalled: boolean;
  /** The client's address is outside the app's or profile's ranges: web-server and refresh flows are blocked. */
  ipBlocked: boolean;
  /** The next refreshes are carried out (including rotation) and their answers lost. */
  nextRefreshLostAnswers: number;
  /** The next REST calls answer 503 SERVER_UNAVAILABLE. */
  nextServerUnavailable: number;
  /** The next REST calls answer 401 with a message that says a new token will not help. */
  nextSessionNotForRest: number;
  /** API access is not enabled for the user: REST answers 403 API_DISABLED_FOR_ORG. */
  apiDisabled: boolean;
  /** The next REST-published events reach the bus twice (same UUID, two replay ids). */
  nextRestDuplicates: number;
  /** The next REST-published events are accepted and lost. */
  nextRestLost: number;
  // Data Cloud
  nextDataCloudUnknownError: number;
  nextDataCloudUnavailable: number;
  nextDataCloudUnauthorized: number;
  /** The next ingestion requests answer 429, with `Retry-After` unless that is 0. */
  nextDataCloudRateLimited: number;
  dataCloudRetryAfterSeconds: number;
  /** The next ingestion requests are carried out and their answers lost. */
  nextDataCloudLostAnswers: number;
  /** Ingestion requests take this long. */
  dataCloudHttpDelayMs: number;
  /** A request with a record or a delete of one of these keys is refused as a whole, with 400. */
  dataCloudRefusedKeys: string[];
  /** The lifetime of tokens issued from now on. */
  dataCloudTokenLifeSeconds: number;
  /** The user may not ask the Connect REST API for connectors and schemas (403). */
  dataCloudConnectDenied: boolean;
  /** The Connect REST API adds a UUID to the names of connections, as it does for some. */
  dataCloudNamesWithUuid: boolean;
  /**
   * Gives the tenant's host without a scheme, as the real service does. Off by default, because a client would then try
   * https.
   */
  dataCloudBareHost: boolean;
  /** Accepted rows can be queried after this long. */
  dataCloudDelayMs: number;
  /** The status for a body above 200 KB: the documentation does not say whether it is 400 or 413. */
  dataCloudTooLargeStatus: number;
}

export function noFaults(): Faults {
  return {
    dropStreamAfterEvents: 0,
    dropStreamEnding: 'reset-unavailable',
    nextServiceUnavailable: 0,
    errorCodesToCome: [],
    halfOpen: false,
    duplicateRate: 0,
    responseEventsMax: 0,
    splitRandomly: false,
    fetchDelayMs: 0,
    getSchemaDelayMs: 0,
    getTopicDelayMs: 0,
    nextUndecodable: 0,
    deniedSubscribe: [],
    deniedPublish: [],
    permissionDelayMs: 0,
    nextPublishErrors: 0,
    nextPublishLostAnswers: 0,
    subscribeStreamsMax: 0,
    diffFields: false,
    gapOverflowAfter: 100_000,
    commitNumberOffset: '0',
    deliveredLimit: 50_000,
    publishedLimit: 250_000,
    apiLimit: 100_000,
    maintenance: false,
    httpDelayMs: 0,
    nextUnknownError: 0,
    nextRateLimitExceeded: 0,
    nextConnectionResets: 0,
    inactiveUser: false,
    inactiveOrg: false,
    appNotInstalled: false,
    ipBlocked: false,
    nextRefreshLostAnswers: 0,
    nextServerUnavailable: 0,
    nextSessionNotForRest: 0,
    apiDisabled: false,
    nextRestDuplicates: 0,
    nextRestLost: 0,
    nextDataCloudUnknownError: 0,
    nextDataCloudUnavailable: 0,
    nextDataCloudUnauthorized: 0,
    nextDataCloudRateLimited: 0,
    dataCloudRetryAfterSeconds: 0,
    nextDataCloudLostAnswers: 0,
    dataCloudHttpDelayMs: 0,
    dataCloudRefusedKeys: [],
    dataCloudTokenLifeSeconds: 7193,
    dataCloudConnectDenied: false,
    dataCloudNamesWithUuid: false,
    dataCloudBareHost: false,
    dataCloudDelayMs: 180_000,
    dataCloudTooLargeStatus: 400,
  };
}

type Countdown = { [K in keyof Faults]: K extends `next${string}` ? K : never }[keyof Faults];

/** While the countdown is above zero, decrements it and returns true. */
export function takeFault(faults: Faults, name: Countdown): boolean {
  if (faults[name] <= 0) return false;
  faults[name] -= 1;
  return true;
}

/**
 * Sets the faults that the object names. Returns the names that are unknown or whose value has the wrong type; if there
 * are any, sets none.
 */
export function setFaults(faults: Faults, wanted: Record<string, unknown>): string[] {
  const known = new Map<string, unknown>(Object.entries(faults));
  const wrong = Object.entries(wanted)
    .filter(([name, value]) => !known.has(name) || !sameShape(known.get(name), value))
    .map(([name]) => name);
  if (wrong.length === 0) Object.assign(faults, wanted);
  return wrong;
}

function sameShape(current: unknown, value: unknown): boolean {
  if (Array.isArray(current)) return Array.isArray(value) && value.every((item) => typeof item === 'string');
  return typeof current === typeof value;
}
