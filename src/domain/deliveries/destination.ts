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
}

export type SendOutcome =
  | { readonly kind: 'delivered'; readonly status?: number | undefined; readonly durationMs: number }
  /** The target may take it later. */
  | ({ readonly kind: 'retry'; readonly retryAfterMs?: number | undefined } & SendFailure)
  /** The target will never take it. */
  | ({ readonly kind: 'rejected' } & SendFailure)
  /** The target asks for no more events (410): the publication is disabled. */
  | ({ readonly kind: 'disabled' } & SendFailure);

export interface SendFailure {
  /** Stable, e.g. `timeout`, `connection-refused`, `http-500`. */
  readonly errorId: string;
  /** For people: what was expected, what was found. */
  readonly message: string;
  /** HTTP status, if there was an answer. */
  readonly status?: number | undefined;
  readonly durationMs: number;
}
