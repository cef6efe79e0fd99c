import { Flags } from '@oclif/core';
import { parseDurationMs } from '../../src/base/duration.ts';
import { KEPT_EVENTS_MAX } from '../../src/domain/subscriptions/kept-event-store.ts';
import { UsageFailure } from './failure.ts';

/** The flags that link a new subscription or publication are the same wherever they appear. */
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

/** The waits before each retry; the service validates them. */
export const retryFlag = Flags.string({
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
  description: 'retry schedule of its own: the longest wait before each retry, such as 5s,30s,2m',
});

/** Runs before parsing, because a second duration after `--retry 1s ` would be taken for the name. */
export function expectCommasInRetry(argv: readonly string[]): void {
  for (const [index, argument] of argv.entries()) {
    if (argument === '--') return;
    const [flag, value = argv[index + 1]] = argument.split('=', 2);
    if (flag !== '--retry' || value === undefined) continue;
    const next = argv[index + (argument === flag ? 2 : 1)];
    if (next === undefined || parseDurationMs(next) === undefined) continue;
    throw new UsageFailure(
      `--retry: expected the waits with commas between, such as --retry ${value},${next}, found ${next} after a space`,
    );
  }
}

/** The service validates the value. */
export const rateLimitFlag = Flags.string({
  helpValue: 'N/s',
  description: 'deliveries a second (10/s), minute (100/m) or hour at the most; the rest waits in a line',
});

/** Absent: as it is. */
export const indexAttemptsFlag = Flags.boolean({
  allowNo: true,
  description:
    'index each attempt by its event, so that events:trace answers at once; on AWS for about 0.63 USD for a million attempts, and nothing in a local run',
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
