import type { Acceptances } from '../domain/publications/acceptance.ts';

/** Of the platforms that refuse some of the events that apps publish; a platform that takes all of them is not here. */
export const ACCEPTANCES: Acceptances = {
  salesforce: async () => (await import('./salesforce/acceptance.ts')).acceptForSalesforce,
  eventbridge: async () => (await import('./eventbridge/acceptance.ts')).acceptForEventBridge,
  datacloud: async () => (await import('./datacloud/acceptance.ts')).acceptForDataCloud,
};
