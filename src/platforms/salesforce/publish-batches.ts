import type { SendFailure } from '../../domain/deliveries/destination.ts';
import { describeFieldErrors, type FieldError } from './conform.ts';
import {
  PUBLISH_BATCH_BYTES_MAX,
  PUBLISH_BATCH_EVENTS_MAX,
  PUBLISH_EVENT_BYTES_MAX,
} from './publish-limits.ts';

export type PublishFailure = Omit<SendFailure, 'durationMs'> & { readonly retryAfterMs?: number | undefined };
export type PublishOutcome =
  | { readonly kind: 'delivered' }
  | (PublishFailure & { readonly kind: 'retry' | 'rejected' });

/** An event as it is sent, with its size, or why it is not sent. */
export type Prepared<T> =
  | { readonly sent: T; readonly bytes: number }
  | Exclude<PublishOutcome, { readonly kind: 'delivered' }>;

const MISFIT_ID = 'field-mismatch';

export function isMisfit(prepared: Prepared<unknown>): boolean {
  return 'errorId' in prepared && prepared.errorId === MISFIT_ID;
}

export function misfit(eventName: string, errors: readonly FieldError[]): Prepared<never> {
  return {
    kind: 'rejected',
    errorId: MISFIT_ID,
    message: `the event does not fit ${eventName}: ${describeFieldErrors(errors)}`,
  };
}

export function tooLarge(format: 'Avro' | 'JSON', bytes: number): Prepared<never> {
  return {
    kind: 'rejected',
    errorId: 'event-too-large',
    message: `expected an event of at most ${PUBLISH_EVENT_BYTES_MAX} bytes in ${format}, found ${bytes}`,
  };
}

export const LOST: PublishOutcome = {
  kind: 'retry',
  errorId: 'no-result',
  message: 'Salesforce did not say what became of the event; it is sent again',
};

export const CANNOT_PUBLISH: PublishFailure = {
  errorId: 'topic.cannot.publish',
  message:
    'The authorized user may not publish to this topic. Only platform events can be published; in Salesforce Setup give the user create access to the event',
};

/**
 * Returns the outcomes of the events in order. The events that fit are sent in batches as large as Salesforce accepts.
 */
export async function publishInBatches<T>(
  events: readonly Prepared<T>[],
  send: (batch: readonly T[]) => Promise<readonly PublishOutcome[]>,
): Promise<readonly PublishOutcome[]> {
  const outcomes: PublishOutcome[] = events.map(() => LOST);
  const batches: { readonly index: number; readonly sent: T }[][] = [];
  let bytes = 0;
  for (const [index, event] of events.entries()) {
    if ('kind' in event) {
      outcomes[index] = event;
      continue;
    }
    let batch = batches.at(-1);
    if (
      batch === undefined ||
      batch.length === PUBLISH_BATCH_EVENTS_MAX ||
      bytes + event.bytes > PUBLISH_BATCH_BYTES_MAX
    ) {
      batch = [];
      batches.push(batch);
      bytes = 0;
    }
    batch.push({ index, sent: event.sent });
    bytes += event.bytes;
  }
  for (const batch of batches) {
    const answers = await send(batch.map(({ sent }) => sent));
    for (const [at, { index }] of batch.entries()) outcomes[index] = answers[at] ?? LOST;
  }
  return outcomes;
}
