import type { ForwardOutcome } from './forwarder.ts';
import type { ListenedEvent } from './service.ts';

/** One attempt to forward an event, as it is shown. */
export interface ShownAttempt {
  readonly event: ListenedEvent;
  /** Of its subscription; absent where it was published directly, or the subscription is gone. */
  readonly source: string | undefined;
  /** From 1. */
  readonly number: number;
  readonly at: Date;
  readonly outcome: ForwardOutcome | { readonly kind: 'skipped' };
  /** Until it is tried again. */
  readonly retryMs?: number | undefined;
  /** By `r`: it was taken before. */
  readonly isReplay: boolean;
}

export interface ListeningState {
  readonly isPaused: boolean;
  /** Why the service cannot be asked at the moment. */
  readonly lost: string | undefined;
  /** Here and in the service, as far as it is known. */
  readonly waiting: number;
  readonly delivered: number;
  readonly skipped: number;
  /** The event at the head is tried again and again. */
  readonly isFailing: boolean;
}

/** Where the attempts are shown: a table, lines, or JSON. */
export interface ListenView {
  attempted(attempt: ShownAttempt): void;
  /** Something happened that is worth a line. */
  note(text: string): void;
  changed(state: ListeningState): void;
  /** While something else writes to the terminal. */
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

/** `14:03:09`, where the person is. */
export function clockText(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

export function countText(count: number, most: number): string {
  return count >= most ? `${most} or more` : String(count);
}
