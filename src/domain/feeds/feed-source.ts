import type { Event } from '../events/event.ts';
import type { EventFormat } from './feed.ts';

/** Where a feed's events come from. Implemented by `src/platforms/salesforce`. */
export interface FeedSource {
  /** Never throws for what Salesforce or the network did. */
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
  /**
   * The next frame, or why there is none any more. One caller at a time. What was received and not yet taken when the
   * stream ended is still given.
   */
  next(): Promise<FeedFrame | FeedStreamEnded>;
  /** Asks for as many more events as were accepted. */
  request(acceptedCount: number): void;
  /** Why the authorization no longer holds; nothing while it does, or fails only for a moment. Cheap to ask often. */
  check(): Promise<FeedFailure | undefined>;
  /** Safe to repeat. `next` then answers that the stream was ended by us. */
  close(): void;
}

export interface FeedFrame {
  readonly kind: 'frame';
  /** None in a keepalive. */
  readonly eventCount: number;
  /** Up to where the topic has advanced, once all events of the frame are accepted; base64. */
  readonly cursor: string | undefined;
  /**
   * The events, in their order and in the formats asked for. A step of its own, because the frame may be waited for long, and
   * who wants its events is to be known when they are there. Fails, and the stream with it, when their schema cannot be had.
   */
  decode(formats: ReadonlySet<EventFormat>): Promise<FeedEventsDecoded>;
}

export interface FeedEvent {
  /** Base64 of its raw replay id. */
  readonly cursor: string;
  readonly raw: RawFeedEvent;
  readonly decoded: DecodedFeedEvent | { readonly kind: 'undecodable'; readonly message: string };
  /** For the subscriptions that ask for it: the records of the event's gap as they are now. */
  readonly repairs?: readonly EventInFormats[];
  /** The event says, for people, that others may be missing. */
  readonly gapMessage?: string;
}

/** As it came from the bus. */
export interface RawFeedEvent {
  readonly id: string;
  readonly schemaId: string;
  readonly payload: Uint8Array;
  /** By our clock. */
  readonly receivedAtMs: number;
}

/** One event, in each format that was asked for. */
export interface EventInFormats {
  readonly json: Event | undefined;
  readonly avroJson: Event | undefined;
}

export interface DecodedFeedEvent extends EventInFormats {
  readonly kind: 'decoded';
  /** The time that the event gives, for people: its publisher may have written it. Undefined where it gives none that can be. */
  readonly atMs: number | undefined;
  /** When Salesforce committed the change, by its own clock. Undefined of what is no change event. */
  readonly committedAtMs: number | undefined;
  /** Present when the event stands for changes that it does not give. */
  readonly gap?: ChangeGap | undefined;
}

/** Changes that Salesforce could not give, only say that they were. */
export interface ChangeGap {
  /**
   * changed: the records can be read as they are now; deleted: there is nothing left to read; overflow: one transaction changed
   * more records than Salesforce gives events for, and nobody knows which.
   */
  readonly kind: 'changed' | 'deleted' | 'overflow';
  /** API name of the records' object, e.g. `Account`; empty when the event does not say. */
  readonly entity: string;
  readonly recordIds: readonly string[];
  /** What the event says in place of ids, e.g. `001*` for all records of an object. */
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
  /** For people: what happened, and what to do. */
  readonly message: string;
}

/**
 * reauth: the access token was refused, and the next opening takes another one; retry: may pass soon; slow-down: too many
 * requests; quota: the org's allocation is used up; cursor-invalid: Salesforce does not take that cursor; authorization: it gives
 * no access token until a person has authorized the org again; fatal: a person has to change something, and to say so; unclear:
 * a person may have to change something, or it passes: the source has not said so in a way that can be relied on.
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
