import type { Acceptance } from '../../domain/publications/acceptance.ts';

/** Sources that EventBridge reserves for AWS services. */
const RESERVED_SOURCE = /^aws\./;

export const acceptForEventBridge: Acceptance<'eventbridge'> = (_publication, event) =>
  RESERVED_SOURCE.test(event.source)
    ? {
        ok: false,
        message: `expected another source than ${JSON.stringify(event.source.slice(0, 100))}: EventBridge keeps those that begin with "aws." for services of AWS`,
      }
    : { ok: true, event };
