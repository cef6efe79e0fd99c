import type { Platform, PublicationOf } from '../publications/publication.ts';

/** Sends deliveries to the publications of one platform. Each target in `src/platforms` implements it. */
export interface Destination<P extends Platform> {
  /** The most events that one `send` accepts. */
  readonly batchMax: number;
  /**
   * Sends the events to the publication and returns the results in their order. Never throws for an error of the target
   * or the network. It is a property because TypeScript compares the parameters of methods bivariantly.
   */
  readonly send: (
    publication: PublicationOf<P>,
    events: readonly OutgoingEvent[],
  ) => Promise<readonly SendOutcome[]>;
}

/** One destination per platform: a new platform does not compile without its own. */
export type Destinations = { readonly [P in Platform]: Destination<P> };

export interface OutgoingEvent {
  readonly deliveryId: string;
  /** Structured CloudEvents JSON. */
  readonly eventJson: string;
  /** RFC 3339: when a person requested the retry; the event carries it as the extension attribute `replayed`. */
  readonly replayed?: string | undefined;
  /** The delivery's record, once it is stored. */
  readonly record?: OutgoingRecord | undefined;
}

/** The part of a delivery's record that a destination may see. */
interface OutgoingRecord {
  readonly attemptCount: number;
  /** Oldest first. */
  readonly attempts?: readonly { readonly errorId?: string | undefined }[] | undefined;
  /** Equals `placeAtMs` if the delivery has waited in the line of a rate limit (`hasWaited`). */
  readonly nextAttemptAtMs?: number | undefined;
  readonly placeAtMs?: number | undefined;
}

export type SendOutcome =
  | AttemptOutcome
  /** Nothing was sent because a rate limit has no room before `untilMs`. This does not count as an attempt. */
  | ({ readonly kind: 'delayed'; readonly untilMs: number; readonly status?: undefined } & SendFacts);

/** The outcome of an attempt. */
export type AttemptOutcome =
  | ({ readonly kind: 'delivered'; readonly status?: number | undefined } & SendFacts)
  /** Not sent but stored for pulling; `forMs` after its arrival it expires. */
  | ({ readonly kind: 'kept'; readonly forMs: number; readonly status?: undefined } & SendFacts)
  /** The target may accept it later. */
  | ({ readonly kind: 'retry'; readonly retryAfterMs?: number | undefined } & SendFailure)
  /** The target will never accept it. */
  | ({ readonly kind: 'rejected' } & SendFailure)
  /** Only a person can fix it: the publication is disabled. Default `gone`: the target wants no more events (410). */
  | ({
      readonly kind: 'disabled';
      readonly reason?: 'gone' | 'client-refused' | 'target-refused';
    } & SendFailure);

interface SendFacts {
  readonly durationMs: number;
  /** The beginning of the target's response: at most `ANSWER_KEPT_BYTES_MAX`. */
  readonly answer?: string | undefined;
}

/** Enough of an error page or problem document to see what the receiver means; a record holds up to 20 of them. */
export const ANSWER_KEPT_BYTES_MAX = 1_024;

export interface SendFailure extends SendFacts {
  /** Stable, e.g. `timeout`, `connection-refused`, `http-500`. */
  readonly errorId: string;
  /** For people: what was expected, what was found. */
  readonly message: string;
  /** HTTP status, if there was an answer. */
  readonly status?: number | undefined;
}
