import type { Publication } from '../publications/publication.ts';

/** A platform that deliveries are sent to. Kept by each folder of `src/platforms`. */
export interface Destination<P extends Publication = Publication> {
  /** How many events one `send` takes. */
  readonly batchMax: number;
  /** Sends the events, and answers in their order. Never throws for what the target or the network did. */
  send(publication: P, events: readonly OutgoingEvent[]): Promise<readonly SendOutcome[]>;
}

export interface OutgoingEvent {
  readonly deliveryId: string;
  /** Structured CloudEvents JSON. */
  readonly eventJson: string;
}

export type SendOutcome =
  | { readonly kind: 'delivered'; readonly status?: number | undefined; readonly durationMs: number }
  /** May be taken later. */
  | ({ readonly kind: 'retry'; readonly retryAfterMs?: number | undefined } & SendFailure)
  /** Will never be taken. */
  | ({ readonly kind: 'rejected' } & SendFailure)
  /** The target asks for no more events (410): the publication is disabled. */
  | ({ readonly kind: 'disabled' } & SendFailure);

export interface SendFailure {
  readonly errorId: string;
  /** For people: what was expected, what was found. */
  readonly message: string;
  readonly status?: number | undefined;
  readonly durationMs: number;
}
