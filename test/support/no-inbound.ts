import type { InboundParts } from '../../functions/ingest/inbound.ts';

/** For a handler that gets no requests to inbound URLs. */
export const noInbound = (): Promise<InboundParts> =>
  Promise.reject(new Error('expected no request to an inbound URL'));
