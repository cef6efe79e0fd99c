import { expect, it } from 'vitest';
import { anEvent } from '../../../test/support/builders.ts';
import { firstDeliveryBody, firstDeliveryHeader, retryDeliveryBody } from '../deliveries/delivery-message.ts';
import { eventJson } from '../events/event.ts';
import { pollMessageBody } from '../feeds/poll-message.ts';
import type { DeadLetter } from './dead-letter.ts';
import { type DeadLetterFilter, matchesDeadLetterFilter } from './dead-letter-filter.ts';

const common = { id: '1', queue: 'deliveries', receiveCount: 1, sentAtMs: 1_000 } as const;
const header = firstDeliveryHeader({
  appId: 'app',
  publicationId: 'publication',
  publicationName: 'crm',
  subscriptionId: 'subscription',
});
const LETTERS: { readonly [name: string]: DeadLetter } = {
  batch: {
    ...common,
    reason: 'the Time ran out',
    body: firstDeliveryBody(
      header,
      eventJson(anEvent({ id: 'one', type: 'Created', subject: 'orders' })),
      eventJson(anEvent({ id: 'two', type: 'Changed', subject: 'quotes' })),
    ),
  },
  broken: { ...common, body: `${header}\nnot an event` },
  retry: {
    ...common,
    sentAtMs: 2_000,
    body: retryDeliveryBody({ appId: 'app', publicationId: 'publication', deliveryId: 'd' }),
  },
  poll: { ...common, queue: 'polls', reason: 'killed three workers', body: pollMessageBody(['feed']) },
  unreadable: { ...common, reason: 'no header', body: 'hello' },
};

it.each<[DeadLetterFilter, readonly string[]]>([
  [{}, ['batch', 'broken', 'retry', 'poll', 'unreadable']],
  [{ queue: 'polls' }, ['poll']],
  [{ kind: 'delivery' }, ['batch', 'broken']],
  [{ kind: 'unreadable' }, ['unreadable']],
  [{ appId: 'app' }, ['batch', 'broken', 'retry']],
  [{ appId: 'other' }, []],
  [{ publicationId: 'publication' }, ['batch', 'broken', 'retry']],
  [{ subscriptionId: 'subscription' }, ['batch', 'broken']],
  [{ eventId: 'one' }, ['batch']],
  [{ eventId: 'two', eventType: 'Changed', eventSubject: 'quotes' }, ['batch']],
  // Each value belongs to a different event of the batch.
  [{ eventId: 'one', eventType: 'Changed' }, []],
  [{ fromMs: 2_000 }, ['retry']],
  [{ untilMs: 2_000 }, ['batch', 'broken', 'poll', 'unreadable']],
  [{ reason: 'TIME ran' }, ['batch']],
  [{ reason: 'no' }, ['unreadable']],
  [{ reason: 'no', kind: 'retry' }, []],
])('%j matches %j', (filter, names) => {
  const matching = Object.keys(LETTERS).filter((name) => {
    const deadLetter = LETTERS[name];
    return deadLetter !== undefined && matchesDeadLetterFilter(deadLetter, filter);
  });
  expect(matching).toEqual(names);
});
