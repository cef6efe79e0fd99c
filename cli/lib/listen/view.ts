import type { ForwardOutcome } from './forwarder.ts';
import type { ListenedEvent } from './service.ts';

/** An attempt to forward an event, for display. */
export interface ShownAttempt {
  readonly event: ListenedEvent;
  /** The source of its subscription; absent if it was published directly, or if the subscription is gone. */
  readonly source: string | undefined;
  /** Counts from 1. */
  readonly number: number;
  readonly at: Date;
  readonly outcome: ForwardOutcome | { readonly kind: 'skipped' };
  /** The wait until the next attempt. */
  readonly retryMs?: number | undefined;
  /** Whether the person replayed it with `r`. */
  readonly isReplay: boolean;
}

export interface ListeningState {
  readonly isPaused: boolean;
  /** Why the service is unreachable at the moment. */
  readonly lost: string | undefined;
  /** Events that wait here and in the service, as far as known. */
  readonly waiting: number;
  readonly delivered: number;
  readonly skipped: number;
  /** Whether the event at the head is being retried. */
  readonly isFailing: boolean;
}

/** Where the attempts are shown: a table, lines, or JSON. */
export interface ListenView {
  attempted(attempt: ShownAttempt): void;
  /** Prints a line about something that happened. */
  note(text: string): void;
  changed(state: ListeningState): void;
  /** Stops drawing while something else writes to the terminal. */
  suspend(): void;
  resume(): void;
  end(state: ListeningState): void;
}

export function statusText({ outcome, retryMs }: ShownAttempt): string {
  switch (outcome.kind) {
    case 'taken':
      return String(outcome.status);
    case 'skipped':
      return 'skipped';
    default: {
      const retry = retryMs === undefined ? '' : `, again in ${retryMs / 1_000} s`;
      return `${outcome.status ?? 'failed'}${retry}`;
    }
  }
}

/** Local time, such as `14:03:09`. */
export function clockText(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

export function countText(count: number, most: number): string {
  return count >= most ? `${most} or more` : String(count);
}
