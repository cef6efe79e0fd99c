import type { CountName } from './metrics.ts';

export interface LogMessage {
  readonly level: 'INFO' | 'WARN' | 'ERROR';
  readonly text: string;
  /** Writing the message increments each of these counts, so that alarms match the log. */
  readonly counts?: readonly CountName[];
}

/** Every log message: code, level and sentence. The list in docs/operations is generated from here. */
export const LOG_MESSAGES = {
  STARTED: { level: 'INFO', text: 'function started' },
  COMPLETED: { level: 'INFO', text: 'function completed' },
  DELIVERY_ATTEMPTED: { level: 'INFO', text: 'one attempt to deliver an event ended' },
  EVENTS_DROPPED: {
    level: 'INFO',
    text: 'the filter of a stream dropped events; one line a minute, with how many',
  },
  EVENT_DROPPED: {
    level: 'INFO',
    text: 'the filter of a stream that traces its drops dropped an event',
  },
  HISTORY_LOST: {
    level: 'WARN',
    text: 'entries of the history could not be kept; the deliveries that they tell of went on',
  },
  EVENTS_NOT_KEPT: {
    level: 'WARN',
    text: 'the last events of a subscription could not be kept for its owner; they were accepted, and went on',
  },
  DELIVERY_DROPPED: { level: 'WARN', text: 'a delivery was dropped because its publication is gone' },
  DELIVERY_MESSAGE_UNREADABLE: {
    level: 'ERROR',
    text: 'a message on the delivery queue is not a delivery; it goes to the dead letters',
  },
  POLL_MESSAGE_UNREADABLE: {
    level: 'ERROR',
    text: 'a message on the poll queue is not a wake-up call; it goes to the dead letters',
  },
  MESSAGE_NOT_DEAD_LETTERED: {
    level: 'ERROR',
    text: 'the dead-letter queue did not take an unreadable message; it is tried again',
  },
  DEAD_LETTERS_DISCARDED: {
    level: 'INFO',
    text: 'a person discarded dead letters; the line says which, how many, and whose token it was',
  },
  MESSAGE_NOT_RETURNED: {
    level: 'WARN',
    text: 'the queue did not take a message back early; it comes again after its visibility timeout',
  },
  DELIVERY_RECEIVED_OFTEN: {
    level: 'WARN',
    text: 'a delivery was received many times without an end',
  },
  DELIVERY_FAILED_UNEXPECTEDLY: {
    level: 'ERROR',
    text: 'a delivery met an unexpected error; it is tried again within seconds, later within five minutes',
  },
  FILTER_FAILED: {
    level: 'WARN',
    text: 'a filter failed on an event, or an ordered event has no key; the delivery is stored as rejected',
  },
  PULL_BACKLOG_FULL: {
    level: 'WARN',
    text: 'more waits to be pulled from a publication than it keeps; its oldest deliveries ended as exhausted',
  },
  LISTENER_ENDED: { level: 'INFO', text: 'a listener that nobody used for long was removed' },
  PULLED: { level: 'INFO', text: 'deliveries were pulled' },
  ACKNOWLEDGED: { level: 'INFO', text: 'deliveries that were pulled were acknowledged' },
  PUBLICATION_DISABLED: {
    level: 'WARN',
    text: 'a publication was disabled: its target answered 410, its token URL refused the client, its target in AWS is missing or denies it, or nothing was delivered for five days',
    counts: ['PublicationsDisabled'],
  },
  BREAKER_OPENED: {
    level: 'WARN',
    text: 'the target of a publication fails; its deliveries are parked until a probe is taken',
    counts: ['BreakersOpened'],
  },
  BREAKER_CLOSED: {
    level: 'INFO',
    text: 'the target of a publication took a probe; what was parked goes out',
    counts: ['BreakersClosed'],
  },
  PUBLICATION_DOWN: {
    level: 'WARN',
    text: 'the target of a publication has taken nothing for an hour; its deliveries are parked',
    counts: ['PublicationsDown'],
  },
  BREAKER_NOT_MOVED: {
    level: 'WARN',
    text: 'the state of a breaker could not be written; the next attempt or the next probe tries again',
  },
  ANNOUNCEMENT_NOT_QUEUED: {
    level: 'WARN',
    text: 'an operational event could not be queued; what it tells of is logged and stored by itself',
  },
  LOGINS_FAILED: {
    level: 'INFO',
    text: 'logins of an address, or with a user, failed; one line for those of a minute',
  },
  LOGINS_LIMITED: {
    level: 'WARN',
    text: 'so many logins of an address, or with a user, failed that more are refused for some seconds',
  },
  PUBLISH_QUEUE_REFUSED: {
    level: 'ERROR',
    text: 'a publish was refused because the queue did not take it',
    counts: ['PublishesRefused'],
  },
  PUBLISH_FAILED: {
    level: 'ERROR',
    text: 'a publish met an unexpected error, and was answered 500',
    counts: ['PublishesRefused'],
  },
  SLOW_GENERATOR_RESTED: {
    level: 'WARN',
    text: 'a generator was paused because its mapping or a filter of its streams took too much time from others; a person resumes it',
    counts: ['SubscriptionsRested'],
  },
  GENERATORS_PUT_OFF: {
    level: 'WARN',
    text: 'the generators of an app took all of its time of this minute; the others of it are due in the next',
  },
  SLOW_FILTER_RESTED: {
    level: 'WARN',
    text: 'a subscription was paused because a filter of its streams took too much time from others; a person resumes it',
    counts: ['SubscriptionsRested'],
  },
  SLOW_FILTER_NOT_RESTED: {
    level: 'ERROR',
    text: 'a subscription with a slow filter could not be paused; the next minute tries again',
    counts: ['FeedErrors'],
  },
  FEED_STARTED: { level: 'INFO', text: 'a worker took up a feed' },
  FEED_ENDED: { level: 'INFO', text: 'a worker left a feed' },
  FEED_FAILED: { level: 'WARN', text: 'a feed met an error' },
  FEED_SESSION_FAILED: {
    level: 'ERROR',
    text: 'a session of a feed met an unexpected error; it will be tried again',
    counts: ['FeedErrors'],
  },
  FEED_WORKER_FAILED: {
    level: 'ERROR',
    text: 'a feed worker could not do a step; it or another tries again',
    counts: ['FeedErrors'],
  },
  FEED_WORKER_LOST: { level: 'WARN', text: 'a feed worker lost its lease and stopped reading' },
  FEED_WORKER_DEAD: { level: 'WARN', text: 'a feed worker died; its feeds get another' },
  FEED_WAKE_FAILED: { level: 'WARN', text: 'a worker could not be woken for a feed; the schedule wakes one' },
  FEED_LEASE_LOST: { level: 'WARN', text: 'a worker lost its lease and stopped' },
  FEED_GAP: { level: 'ERROR', text: 'a feed may have missed events', counts: ['FeedGaps'] },
  FEED_EVENT_UNDECODABLE: {
    level: 'ERROR',
    text: 'an event could not be decoded',
    counts: ['EventsQuarantined'],
  },
  FEED_REPAIR_FAILED: { level: 'WARN', text: 'records of a gap event could not be read; the feed goes on' },
  HEROKU_ADDON_OFF: {
    level: 'WARN',
    text: 'the secrets of the Heroku add-on are not what was expected; it is off until they are',
  },
  HEROKU_RESOURCE_PROVISIONED: { level: 'INFO', text: 'Heroku asked for a resource; its app was made' },
  HEROKU_PLAN_CHANGED: {
    level: 'INFO',
    text: 'Heroku told of the plan of a resource, a new one or the same',
  },
  HEROKU_RESOURCE_REMOVING: {
    level: 'INFO',
    text: 'the add-on is being removed, and with it all that it owns; these deliveries will not be made',
  },
  HEROKU_RESOURCE_REMOVED: {
    level: 'INFO',
    text: 'a resource of Heroku and its app were removed; the line says how many deliveries had not ended',
  },
  HEROKU_RESOURCE_NOT_ATTENDED: {
    level: 'ERROR',
    text: 'a resource of Heroku could not be looked after; those of other apps were, and the next minute tries again',
    counts: ['ScheduleTasksFailed'],
  },
  HEROKU_GRANT_FAILING: {
    level: 'WARN',
    text: 'Heroku gave no access token for a resource; it will be asked again',
  },
  HEROKU_GRANT_LOST: {
    level: 'ERROR',
    text: 'the grant of a resource is lost: its events go on, but its config vars can only be changed by hand',
  },
  HEROKU_CREDENTIALS_ROTATED: {
    level: 'INFO',
    text: 'Heroku took new config vars of a resource; the former credentials end in two hours',
  },
  HEROKU_CONFIG_NOT_SET: {
    level: 'WARN',
    text: 'Heroku did not take new config vars of a resource; they are sent again, and the former credentials stay',
  },
  HEROKU_SIGN_ON: { level: 'INFO', text: 'a person came from Heroku by single sign-on' },
  HEROKU_SIGN_ON_REFUSED: {
    level: 'WARN',
    text: 'a single sign-on was refused: stale, forged, or used before',
  },
  AUTHORIZATION_FAILING: { level: 'WARN', text: 'renewing an access token failed; it will be tried again' },
  AUTHORIZATION_DEAD: {
    level: 'ERROR',
    text: 'an authorization is dead; a person has to authorize again',
    counts: ['AuthorizationsDead'],
  },
  AUTHORIZATION_REPLACED: { level: 'INFO', text: 'the credentials of an authorization were replaced' },
  AUTHORIZATION_NOT_REVOKED: {
    level: 'WARN',
    text: 'an authorization was removed or replaced, but its token may still work: end it in the org',
  },
  ALLOCATION_LOW: { level: 'WARN', text: "an org's event allocation is running out" },
  ALLOCATION_UNREADABLE: { level: 'WARN', text: "an org's event allocations could not be read" },
  ALLOCATION_UNCOUNTED: { level: 'WARN', text: 'published events could not be counted' },
  RATE_UNCOUNTED: {
    level: 'WARN',
    text: 'requests to a limited service could not be counted; they are made, and the service limits them itself',
  },
  GENERATOR_FAILED: {
    level: 'WARN',
    text: "a generator's mapping failed, and it made no event; its owner sees why in events:subscriptions:info",
  },
  GENERATOR_NOT_RUN: {
    level: 'ERROR',
    text: 'a generator could not run, because a store or the queue failed; the next minute tries again',
    counts: ['ScheduleTasksFailed'],
  },
  SCHEDULE_TASK_FAILED: {
    level: 'ERROR',
    text: 'a task of the schedule failed; the next minute tries again',
    counts: ['ScheduleTasksFailed'],
  },
  APP_LOG_NOT_TAKEN: {
    level: 'WARN',
    text: "Heroku did not take lines for an app's log; they are dropped and counted, and the next are tried after a minute",
  },
  APP_LOG_NOT_FOUND: {
    level: 'WARN',
    text: "where an app's log is could not be found out; its lines are dropped and counted, and the app's events go on",
  },
  APP_LOG_URL_UNKNOWN: {
    level: 'WARN',
    text: "Heroku did not say where an app's log is now, after it was refused at the place that is known; it is asked again while lines come",
  },
  APP_COUNTS_LOST: {
    level: 'WARN',
    text: "numbers of an app for its log could not be stored; the app's events go on",
  },
  STORAGE_FULL: { level: 'ERROR', text: 'a request was refused because the disk of the state is full' },
  REQUEST_FAILED: { level: 'ERROR', text: 'a request met an unexpected error', counts: ['RequestsFailed'] },
} as const satisfies { readonly [code: string]: LogMessage };

export type LogCode = keyof typeof LOG_MESSAGES;
