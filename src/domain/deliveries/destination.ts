import type { Platform, PublicationOf } from '../publications/publication.ts';

/** Sends deliveries to the publications of one platform. Each target in `src/platforms` implements it. */
export interface Destination<P extends Platform> {
  /** How many events one `send` takes. */
  readonly batchMax: number;
  /**
   * Sends the events to the publication and answers in their order. Never throws for what the target or the network did.
   * A property, because TypeScript compares the parameters of methods loosely.
   */
  readonly send: (
    publication: PublicationOf<P>,
    events: readonly OutgoingEvent[],
  ) => Promise<readonly SendOutcome[]>;
}

/** One for each platform: a new platform does not compile without its destination, or with that of another. */
export type Destinations = { readonly [P in Platform]: Destination<P> };

export interface OutgoingEvent {
  readonly deliveryId: string;
  /** Structured CloudEvents JSON. */
  readonly eventJson: string;
  /** RFC 3339: when a person asked to try it again; the event has it as its extension attribute `replayed`. */
  readonly replayed?: string | undefined;
  /** Of its delivery, once that is stored. */
  readonly record?: OutgoingRecord | undefined;
}

/** What a destination may see of a delivery's record. */
interface OutgoingRecord {
  readonly attemptCount: number;
  /** Oldest first. */
  readonly attempts?: readonly { readonly errorId?: string | undefined }[] | undefined;
  /** The same as `placeAtMs` where it has waited in the line of a limit (`hasWaited`). */
  readonly nextAttemptAtMs?: number | undefined;
  readonly placeAtMs?: number | undefined;
}

export type SendOutcome =
  | AttemptOutcome
  /** Nothing was sent, because a limit has no room before then. It counts as no attempt. */
  | ({ readonly kind: 'delayed'; readonly untilMs: number; readonly status?: undefined } & SendFacts);

/** What became of what was sent. */
export type AttemptOutcome =
  | ({ readonly kind: 'delivered'; readonly status?: number | undefined } & SendFacts)
  /** Not sent: whoever pulls takes it. `forMs` after it came, it is too late. */
  | ({ readonly kind: 'kept'; readonly forMs: number; readonly status?: undefined } & SendFacts)
  /** The target may take it later. */
  | ({ readonly kind: 'retry'; readonly retryAfterMs?: number | undefined } & SendFailure)
  /** The target will never take it. */
  | ({ readonly kind: 'rejected' } & SendFailure)
  /** Only a person can mend it: the publication is disabled. `gone`, unless said otherwise: the target asks for no more events (410). */
  | ({
      readonly kind: 'disabled';
      readonly reason?: 'gone' | 'client-refused' | 'target-refused';
    } & SendFailure);

interface SendFacts {
  readonly durationMs: number;
  /** What the target answered, as far as it is kept: at most `ANSWER_KEPT_BYTES_MAX`. */
  readonly answer?: string | undefined;
}

/** Enough of an error page or a problem document to see what the receiver means; a record keeps up to 20 of them. */
export const ANSWER_KEPT_BYTES_MAX = 1_024;

export interface SendFailure extends SendFacts {
  /** Stable, e.g. `timeout`, `connection-refused`, `http-500`. */
  readonly errorId: string;
  /** For people: what was expected, what was found. */
  readonly message: string;
  /** HTTP status, if there was an answer. */
  readonly status?: number | undefined;
}
