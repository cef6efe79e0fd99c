import type { Acceptances } from '../domain/publications/acceptance.ts';

/** The platforms that refuse some published events. A platform that accepts every event is not listed. */
export const ACCEPTANCES: Acceptances = {
  salesforce: async () => (await import('./salesforce/acceptance.ts')).acceptForSalesforce,
  eventbridge: async () => (await import('./eventbridge/acceptance.ts')).acceptForEventBridge,
  datacloud: async () => (await import('./datacloud/acceptance.ts')).acceptForDataCloud,
};
