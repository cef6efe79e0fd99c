import type { OutgoingEvent, SendFailure } from '../../domain/deliveries/destination.ts';
import { PUBLISH_BATCH_BYTES_MAX, PUBLISH_BATCH_EVENTS_MAX } from './publish-limits.ts';

export type PublishFailure = Omit<SendFailure, 'durationMs'> & { readonly retryAfterMs?: number | undefined };
export type PublishOutcome =
  | { readonly kind: 'delivered' }
  | (PublishFailure & { readonly kind: 'retry' | 'rejected' });

/** An event as it is sent, and its bytes; or why it will never be taken. */
export type Prepared<T> = { readonly sent: T; readonly bytes: number } | PublishFailure;

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

/** The outcomes of the events, in their order: those that fit are sent in batches as large as Salesforce takes them. */
export async function publishInBatches<T>(
  events: readonly OutgoingEvent[],
  prepare: (event: OutgoingEvent) => Prepared<T>,
  send: (batch: readonly T[]) => Promise<readonly PublishOutcome[]>,
): Promise<readonly PublishOutcome[]> {
  const outcomes: PublishOutcome[] = events.map(() => LOST);
  const batches: { readonly index: number; readonly sent: T }[][] = [];
  let bytes = 0;
  for (const [index, event] of events.entries()) {
    const conformed = prepare(event);
    if ('errorId' in conformed) {
      outcomes[index] = { kind: 'rejected', ...conformed };
      continue;
    }
    let batch = batches.at(-1);
    if (
      batch === undefined ||
      batch.length === PUBLISH_BATCH_EVENTS_MAX ||
      bytes + conformed.bytes > PUBLISH_BATCH_BYTES_MAX
    ) {
      batch = [];
      batches.push(batch);
      bytes = 0;
    }
    batch.push({ index, sent: conformed.sent });
    bytes += conformed.bytes;
  }
  for (const batch of batches) {
    const answers = await send(batch.map(({ sent }) => sent));
    for (const [at, { index }] of batch.entries()) outcomes[index] = answers[at] ?? LOST;
  }
  return outcomes;
}
