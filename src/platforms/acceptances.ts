import type { Acceptances } from '../domain/publications/acceptance.ts';

/**
 * Lists the platforms that refuse some of the events that apps publish. A platform that takes every event is not
 * listed.
 */
export const ACCEPTANCES: Acceptances = {
  salesforce: async () => (await import('./salesforce/acceptance.ts')).acceptForSalesforce,
  eventbridge: async () => (await import('./eventbridge/acceptance.ts')).acceptForEventBridge,
  datacloud: async () => (await import('./datacloud/acceptance.ts')).acceptForDataCloud,
};
