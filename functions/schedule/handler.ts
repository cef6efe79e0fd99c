import middy from '@middy/core';
import type { ScheduledEvent } from 'aws-lambda';
import { flushAppLog } from '../../src/middleware/flush-app-log.ts';
import { flushMetrics } from '../../src/middleware/flush-metrics.ts';
import type { AppLog } from '../../src/pipeline/app-log/app-log.ts';
import { describeError } from '../../src/telemetry/describe-error.ts';
import type { Log } from '../../src/telemetry/logger.ts';
import type { FlushableMetrics } from '../../src/telemetry/metrics.ts';

/** What the minute does. Each is safe to run twice and at the same time as itself. */
export interface ScheduleTasks {
  /** Waiting deliveries that are due, or whose delayed message got lost, go back to the queue. */
  readonly sweepDeliveries: () => Promise<unknown>;
  /** What was parked for publications that were resumed goes on its way, at their drain rates. */
  readonly drainParked: () => Promise<unknown>;
  /** Retries and discards by filter go on. */
  readonly continueRedrives: () => Promise<unknown>;
  /** Deliveries that ended long ago are removed. */
  readonly forgetDeliveries: () => Promise<unknown>;
  /** Deliveries that wait for their turn in a lane go on, if whoever ended the one before could not see to it. */
  readonly sweepLanes: () => Promise<unknown>;
  /** Lanes that had no event for long are removed. */
  readonly forgetLanes: () => Promise<unknown>;
  /** History that is older than its app keeps it is removed, and what is beyond its room. */
  readonly forgetHistory: () => Promise<unknown>;
  /** Generators whose time has come make their events. */
  readonly runGenerators: () => Promise<unknown>;
  /** Listeners that nobody used for long are removed. */
  readonly endListeners: () => Promise<unknown>;
  /** Feeds that nobody works on get a worker. */
  readonly wakeFeeds: () => Promise<unknown>;
  /** Authorizations that nobody used for long are renewed before their grant ends. */
  readonly refreshAuthorizations: () => Promise<unknown>;
  /** Add-on resources of Heroku: grants, tokens, config vars that wait, credentials that end. */
  readonly attendHerokuResources: () => Promise<unknown>;
  /** How much of their event allocations the orgs have used. */
  readonly readAllocations: () => Promise<unknown>;
  /** How far behind the feeds are, and how many have stopped: also those that nobody works on. */
  readonly measureFeeds: () => Promise<unknown>;
  /** What was counted of apps since the last minute is told in their logs. */
  readonly tellAppCounts: () => Promise<unknown>;
}

export interface ScheduleDependencies {
  readonly tasks: ScheduleTasks;
  readonly log: Log;
  readonly metrics: FlushableMetrics;
  /** Absent where nothing is written to the logs of apps. */
  readonly appLog?: AppLog | undefined;
}

/** Runs once a minute. A task that fails does not keep the others from running. */
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
