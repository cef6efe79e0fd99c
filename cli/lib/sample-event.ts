import type { Event } from '../../src/domain/events/event.ts';

/** A made-up change of an opportunity as a stream's filter sees it, for trying a filter when no event is given. */
export const SAMPLE_EVENT: Event = {
  specversion: '1.0',
  id: '5f0c2f8e-6d0b-4c86-9c57-0f6f6b9f7d11',
  source: '//acme.my.salesforce.com/00D000000000001EAA',
  type: 'com.salesforce.cdc.Opportunity.UPDATE',
  subject: '/data/OpportunityChangeEvent',
  time: '2026-01-15T09:30:00.000Z',
  datacontenttype: 'application/json',
  data: {
    ChangeEventHeader: {
      entityName: 'Opportunity',
      recordIds: ['006000000000001AAA'],
      changeType: 'UPDATE',
      changeOrigin: 'com/salesforce/api/rest/64.0',
      transactionKey: '0004b2c1-77aa-4e0e-9d6e-31d1f5a8c0de',
      sequenceNumber: 1,
      commitTimestamp: 1768469400000,
      // Too large for a double, like real commit numbers.
      commitNumber: 1736877279422521345n,
      commitUser: '005000000000001AAA',
      nulledFields: [],
      diffFields: [],
      changedFields: ['StageName', 'Amount', 'LastModifiedDate'],
    },
    StageName: 'Closed Won',
    Amount: 125000,
    LastModifiedDate: 1768469400000,
  },
};
