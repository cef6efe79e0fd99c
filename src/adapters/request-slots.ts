import { ConcurrencyLimit } from '../base/concurrency-limit.ts';

/**
 * Middleware for a client of the AWS SDK: a request is given to the HTTP handler once one of its sockets is free. The handler
 * counts the wait for a socket as part of the connection timeout, so that of many requests asked for at once the last ones
 * would fail although nothing is wrong. A slot is held until the answer is read; the wait before another try holds none.
 */
export function requestSlots(socketsMax: number) {
  const limit = new ConcurrencyLimit(socketsMax);
  return <Arguments, Answer>(next: (args: Arguments) => Promise<Answer>) =>
    (args: Arguments): Promise<Answer> =>
      limit.run(() => next(args));
}

/** Between the SDK's retries and the reading of the answer. */
export const REQUEST_SLOTS_PLACE = { name: 'requestSlots', step: 'deserialize', priority: 'high' } as const;
