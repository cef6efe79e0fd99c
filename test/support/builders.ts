import type { Event } from '../../src/domain/events/event.ts';
import type { Stream } from '../../src/domain/streams/stream.ts';
import type { WebhookPublication } from '../../src/platforms/webhook/target.ts';

/** A change event as Salesforce sends it, in our form. */
export function anEvent(changes: Partial<Event> = {}): Event {
  return {
    specversion: '1.0',
    id: '20741903-d0b2-4d86-90cf-4192b0e17462',
    source: '//acme.my.salesforce.com/00D000000000001AAA',
    type: 'com.salesforce.cdc.Opportunity.UPDATE',
    subject: '/data/OpportunityChangeEvent',
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    data: {
      ChangeEventHeader: {
        entityName: 'Opportunity',
        changeType: 'UPDATE',
        commitNumber: 1736877279422521345n,
      },
      StageName: 'Closed Won',
    },
    ...changes,
  };
}

/** A webhook with secrets sealed by the given box. */
export function aWebhook(changes: Partial<WebhookPublication> = {}): WebhookPublication {
  return {
    id: '6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c01',
    appId: 'app-1',
    name: 'orders',
    platform: 'webhook',
    state: 'active',
    url: 'https://example.com/hooks',
    contentMode: 'structured',
    timeoutSeconds: 15,
    secrets: { signingSecret: 'sealed' },
    createdAtMs: 0,
    version: 1,
    ...changes,
  };
}

export function aStream(changes: Partial<Stream> = {}): Stream {
  return {
    appId: 'app-1',
    subscriptionId: 'sub-1',
    publicationId: '6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c01',
    publicationName: 'orders',
    filter: null,
    createdAtMs: 0,
    ...changes,
  };
}
