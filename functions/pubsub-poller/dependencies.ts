import { makeAwsFeedEngine, makeAwsReturns } from '../../src/adapters/aws-engine.ts';
import type { Engine } from '../../src/adapters/engine.ts';
import { makeSecretBox } from '../../src/adapters/make-secret-box.ts';
import { systemClock } from '../../src/base/clock.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { AppRetention } from '../../src/domain/apps/retention.ts';
import { restSubscription } from '../../src/management/subscriptions/rest-subscription.ts';
import { Announcer } from '../../src/pipeline/announce/announcer.ts';
import type { FeedTiming } from '../../src/pipeline/read/feed-timing.ts';
import { FeedWorker } from '../../src/pipeline/read/feed-worker.ts';
import { DropCounts, flushedTogether } from '../../src/pipeline/route/drop-counts.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { withHerokuAppLog } from '../../src/platforms/logplex/index.ts';
import { salesforceFeeds } from '../../src/platforms/salesforce/feeds.ts';
import { makeTelemetry } from '../../src/telemetry/logger.ts';
import type { PollerConfig } from './config.ts';
import type { PollerDependencies } from './handler.ts';

type PollerEngine = Pick<Engine, 'stores' | 'deliveryQueue' | 'pollQueue' | 'pollReturns' | 'history'>;

/** Waits that take minutes in production, shortened for the fault tests, which kill workers by the dozen. */
export interface PollerWaits {
  readonly timing?: FeedTiming;
  readonly silenceMsMax?: number;
}

/** @param engine defaults to AWS */
export function buildDependencies(
  config: PollerConfig,
  engine: PollerEngine = makeAwsEngine(config),
  waits: PollerWaits = {},
): PollerDependencies {
  const { allowLoopback } = config;
  const {
    apps,
    authorizations,
    deliveries,
    feedPositions,
    feeds,
    keptEvents,
    quarantine,
    streams,
    subscriptions,
  } = engine.stores;
  const clock = systemClock;
  const secrets = makeSecretBox(config);
  const { log, metrics, appLog } = withHerokuAppLog(config, {
    stores: engine.stores,
    secrets,
    clock,
    timers: systemTimers,
    telemetry: makeTelemetry('pubsub-poller', config),
  });
  const announcements = new Announcer({
    subscriptions,
    deliveries,
    routing: new RoutingTables(streams, clock),
    queue: engine.deliveryQueue,
    clock,
    log,
    metrics,
  });
  const drops = new DropCounts({ log, clock, history: engine.history });
  return {
    clock,
    timers: systemTimers,
    returns: engine.pollReturns,
    random: Math.random,
    log,
    metrics: flushedTogether(metrics, drops),
    appLog,
    worker: new FeedWorker(
      {
        feeds,
        feedPositions,
        subscriptions,
        deliveries,
        quarantine,
        queue: engine.deliveryQueue,
        pollQueue: engine.pollQueue,
        streams,
        restSubscription: (appId, id, reason) =>
          restSubscription(
            { feeds, subscriptions, pollQueue: engine.pollQueue, clock, log },
            appId,
            id,
            reason,
          ),
        ...salesforceFeeds({ authorizations, secrets, allowLoopback, announcements, clock, log }, waits),
        announcements,
        clock,
        timers: systemTimers,
        random: Math.random,
        log,
        metrics,
        drops,
        keptEvents,
        retention: new AppRetention({ apps, usualMs: config.retentionMs, clock }),
      },
      waits.timing,
    ),
  };
}

function makeAwsEngine(config: PollerConfig): PollerEngine {
  return {
    ...makeAwsFeedEngine(config),
    pollReturns: makeAwsReturns(config, config.pollQueueUrl, config.pollDeadLetterQueueUrl),
  };
}
