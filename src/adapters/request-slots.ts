import { ConcurrencyLimit } from '../base/concurrency-limit.ts';

/**
 * Middleware for an AWS SDK client: hands a request to the HTTP handler only when one of its sockets is free. The
 * handler counts the wait for a socket towards the connection timeout, so that of many concurrent requests the last
 * ones would fail although nothing is wrong. A slot is held until the response is read; the wait before another try
 * holds none.
 */
export function requestSlots(socketsMax: number) {
  const limit = new ConcurrencyLimit(socketsMax);
  return <Arguments, Answer>(next: (args: Arguments) => Promise<Answer>) =>
    (args: Arguments): Promise<Answer> =>
      limit.run(() => next(args));
}

/** The place between the SDK's retries and the reading of the response. */
export const REQUEST_SLOTS_PLACE = { name: 'requestSlots', step: 'deserialize', priority: 'high' } as const;
