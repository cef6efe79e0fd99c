import type { OutgoingEvent, SendOutcome } from '../../src/domain/deliveries/destination.ts';
import { type Event, eventJson } from '../../src/domain/events/event.ts';

/** An event on its way to a destination. */
export function outgoing(given: Partial<Event> & { readonly id: string }, replayed?: string): OutgoingEvent {
  return {
    deliveryId: `delivery-of-${given.id}`,
    replayed,
    eventJson: eventJson({
      specversion: '1.0',
      source: '/shop',
      type: 'com.example.order',
      time: '2026-11-29T18:05:00Z',
      data: { n: given.id },
      ...given,
    }),
  };
}

/** `kind`, followed by the failure's id if there is one. */
export function kindsOf(outcomes: readonly SendOutcome[]): readonly string[] {
  return outcomes.map((outcome) =>
    'errorId' in outcome ? `${outcome.kind} ${outcome.errorId}` : outcome.kind,
  );
}
