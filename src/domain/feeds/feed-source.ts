import type { Event } from '../events/event.ts';
import type { EventFormat } from './feed.ts';

/** The source of a feed's events. Implemented by `src/platforms/salesforce`. */
export interface FeedSource {
  /** Never throws for an error of Salesforce or the network. */
  open(target: FeedTarget, start: FeedStart): Promise<FeedOpened>;
}

export interface FeedTarget {
  readonly appId: string;
  readonly authorizationId: string;
  readonly topic: string;
}

/** A cursor is exclusive: the first event is the one after it. */
export type FeedStart =
  | { readonly kind: 'latest' | 'earliest' }
  /** Base64 of the raw replay id. */
  | { readonly kind: 'cursor'; readonly cursor: string };

export type FeedOpened =
  | { readonly kind: 'open'; readonly stream: FeedStream }
  | { readonly kind: 'failed'; readonly failure: FeedFailure };

export interface FeedStream {
  /** Returns the next frame, or why the stream ended; earlier frames are still returned. One caller at a time. */
  next(): Promise<FeedFrame | FeedStreamEnded>;
  /** Requests as many more events as were accepted. */
  request(acceptedCount: number): void;
  /** Returns why the authorization is invalid; undefined if it is valid or fails only transiently. Cheap to call. */
  check(): Promise<FeedFailure | undefined>;
  /** Idempotent. `next` then reports that we ended the stream. */
  close(): void;
}

export interface FeedFrame {
  readonly kind: 'frame';
  /** Zero in a keepalive. */
  readonly eventCount: number;
  /** The topic's position once all events of the frame are accepted; base64. */
  readonly cursor: string | undefined;
  /**
   * Decodes the events, in order, into the requested formats. It is a separate step because a frame may take long to
   * arrive, and only then is it known which subscriptions want its events. If their schema is unavailable, it fails,
   * and the stream with it.
   */
  decode(formats: ReadonlySet<EventFormat>): Promise<FeedEventsDecoded>;
}

export interface FeedEvent {
  /** Base64 of its raw replay id. */
  readonly cursor: string;
  readonly raw: RawFeedEvent;
  readonly decoded: DecodedFeedEvent | { readonly kind: 'undecodable'; readonly message: string };
  /** The current records of the event's gap, for the subscriptions that request them. */
  readonly repairs?: readonly EventInFormats[];
  /** Tells people that other events may be missing, as this event says. */
  readonly gapMessage?: string;
}

/** The raw event from the bus. */
export interface RawFeedEvent {
  readonly id: string;
  readonly schemaId: string;
  readonly payload: Uint8Array;
  /** By our clock. */
  readonly receivedAtMs: number;
}

/** One event in each requested format. */
export interface EventInFormats {
  readonly json: Event | undefined;
  readonly avroJson: Event | undefined;
}

export interface DecodedFeedEvent extends EventInFormats {
  readonly kind: 'decoded';
  /** The event's time, for display: its publisher may have written it. Undefined if there is no plausible one. */
  readonly atMs: number | undefined;
  /** When Salesforce committed the change, by its own clock. Undefined unless it is a change event. */
  readonly committedAtMs: number | undefined;
  /** Present when the event stands for changes that it does not contain. */
  readonly gap?: ChangeGap | undefined;
}

/** Changes that Salesforce could only report, without their contents. */
export interface ChangeGap {
  /**
   * changed: the current records can be read; deleted: there is nothing left to read; overflow: one transaction changed
   * more records than Salesforce publishes events for, and nobody knows which.
   */
  readonly kind: 'changed' | 'deleted' | 'overflow';
  /** API name of the records' object, e.g. `Account`; empty if the event does not name it. */
  readonly entity: string;
  readonly recordIds: readonly string[];
  /** Wildcards that the event gives instead of ids, e.g. `001*` for all records of an object. */
  readonly wildcards: readonly string[];
}

export type FeedEventsDecoded =
  | { readonly kind: 'decoded'; readonly events: readonly FeedEvent[] }
  | FeedStreamFailed;

export type FeedStreamEnded = { readonly kind: 'closed' } | FeedStreamFailed;

export interface FeedStreamFailed {
  readonly kind: 'failed';
  readonly failure: FeedFailure;
}

export interface FeedFailure {
  readonly kind: FeedFailureKind;
  /** Stable. */
  readonly id: string;
  /** For people: what happened and what to do. */
  readonly message: string;
}

/**
 * reauth: the access token was refused, so the next open uses another one; retry: probably transient; slow-down: too
 * many requests; quota: the org's allocation is used up; cursor-invalid: Salesforce does not accept that cursor;
 * authorization: no access token until a person authorizes the org again; fatal: a person has to change something and
 * then resume; unclear: either a person has to change something or it passes: the source gave no reliable answer.
 */
export type FeedFailureKind =
  | 'reauth'
  | 'retry'
  | 'slow-down'
  | 'quota'
  | 'cursor-invalid'
  | 'authorization'
  | 'fatal'
  | 'unclear';
