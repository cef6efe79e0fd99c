import middy from '@middy/core';
import type { ScheduledEvent } from 'aws-lambda';
import { flushAppLog } from '../../src/middleware/flush-app-log.ts';
import { flushMetrics } from '../../src/middleware/flush-metrics.ts';
import type { AppLog } from '../../src/pipeline/app-log/app-log.ts';
import { describeError } from '../../src/telemetry/describe-error.ts';
import type { Log } from '../../src/telemetry/logger.ts';
import type { FlushableMetrics } from '../../src/telemetry/metrics.ts';

/** The tasks of each minute. Each is safe to run twice, and concurrently with itself. */
export interface ScheduleTasks {
  /** Requeues waiting deliveries that are due or whose delayed message was lost. */
  readonly sweepDeliveries: () => Promise<unknown>;
  /** Requeues parked deliveries of resumed publications, at their drain rates. */
  readonly drainParked: () => Promise<unknown>;
  /** Continues retries and discards by filter. */
  readonly continueRedrives: () => Promise<unknown>;
  /** Removes deliveries that ended long ago. */
  readonly forgetDeliveries: () => Promise<unknown>;
  /** Resumes deliveries that wait for their turn in a lane, if the previous one's worker could not do so. */
  readonly sweepLanes: () => Promise<unknown>;
  /** Removes lanes that have had no event for a long time. */
  readonly forgetLanes: () => Promise<unknown>;
  /** Removes history that exceeds its app's age or size limit. */
  readonly forgetHistory: () => Promise<unknown>;
  /** Makes the events of generators that are due. */
  readonly runGenerators: () => Promise<unknown>;
  /** Removes listeners that nobody has used for a long time. */
  readonly endListeners: () => Promise<unknown>;
  /** Wakes a worker for feeds that have none. */
  readonly wakeFeeds: () => Promise<unknown>;
  /** Renews long-unused authorizations before their grants expire. */
  readonly refreshAuthorizations: () => Promise<unknown>;
  /** Handles Heroku add-on resources: grants, tokens, pending config vars, expiring credentials. */
  readonly attendHerokuResources: () => Promise<unknown>;
  /** Reads how much of their event allocations the orgs have used. */
  readonly readAllocations: () => Promise<unknown>;
  /** Measures how far behind the feeds are and how many have stopped, including those without a worker. */
  readonly measureFeeds: () => Promise<unknown>;
  /** Writes the counts since the last minute to the logs of the apps. */
  readonly tellAppCounts: () => Promise<unknown>;
}

export interface ScheduleDependencies {
  readonly tasks: ScheduleTasks;
  readonly log: Log;
  readonly metrics: FlushableMetrics;
  /** Absent if nothing is written to the logs of apps. */
  readonly appLog?: AppLog | undefined;
}

/** Runs once a minute. A failed task does not keep the others from running. */
export function makeHandler({ tasks, log, metrics, appLog }: ScheduleDependencies) {
  return middy<ScheduledEvent, void>()
    .use(flushAppLog(appLog, metrics))
    .use(flushMetrics(metrics))
    .handler(async () => {
      await Promise.all(
        Object.entries(tasks).map(async ([task, run]: [string, () => Promise<unknown>]) => {
          try {
            await run();
          } catch (error) {
            log.write('SCHEDULE_TASK_FAILED', { task, ...describeError(error) });
          }
        }),
      );
    });
}
