import { Flags } from '@oclif/core';
import { KEPT_EVENTS_MAX } from '../../src/domain/subscriptions/kept-event-store.ts';

/** The flags that link a new subscription or publication, the same wherever they appear. */
export const filterWithTarget = Flags.string({
  char: 'f',
  description: 'Bloblang filter of the stream to the target; deleted() drops an event',
  dependsOn: ['target'],
});
export const filterWithSource = Flags.string({
  char: 'f',
  description: 'Bloblang filter of the stream from the source; deleted() drops an event',
  dependsOn: ['source'],
});
export const sourceFlag = Flags.string({
  char: 's',
  description: 'name or id of the subscription to link as source',
});

/** The waits before each retry; the service checks them. */
export const retryFlag = Flags.string({
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
  description: 'retry schedule of its own: the longest wait before each retry, such as 5s,30s,2m',
});

/** Absent: as it is. */
export const traceDropsFlag = Flags.boolean({
  allowNo: true,
  description:
    'record each event that the filter drops, for events:trace; on AWS for about 0.20 USD for a million drops. Without it they are counted by the minute',
});

export const keepLastFlag = Flags.integer({
  min: 0,
  max: KEPT_EVENTS_MAX,
  helpValue: 'N',
  description:
    'keep its last N events with their payloads, for events:filters:test --last; 0: none, as without it. They are data at rest, which events:erase reaches; on AWS each costs a write, about 0.75 USD for a million small ones',
});
