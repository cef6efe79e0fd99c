import { makeAwsFeedEngine, makeAwsReturns } from '../../src/adapters/aws-engine.ts';
import type { Engine } from '../../src/adapters/engine.ts';
import { makeSecretBox } from '../../src/adapters/make-secret-box.ts';
import { systemClock } from '../../src/base/clock.ts';
import { systemTimers } from '../../src/base/timers.ts';
import type { FeedTiming } from '../../src/pipeline/read/feed-timing.ts';
import { FeedWorker } from '../../src/pipeline/read/feed-worker.ts';
import { PubSubFeedSource } from '../../src/platforms/salesforce/feed-source.ts';
import { OrgGapRepair } from '../../src/platforms/salesforce/gap-repair.ts';
import { makeTokenSource } from '../../src/platforms/salesforce/oauth/make-token-source.ts';
import { OrgConnections } from '../../src/platforms/salesforce/org-connections.ts';
import { PubSubClients } from '../../src/platforms/salesforce/pubsub/client.ts';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import { SchemaCache } from '../../src/platforms/salesforce/schema-cache.ts';
import { makeTelemetry } from '../../src/telemetry/logger.ts';
import type { PollerConfig } from './config.ts';
import type { PollerDependencies } from './handler.ts';

type PollerEngine = Pick<Engine, 'stores' | 'deliveryQueue' | 'pollQueue' | 'pollReturns'>;

/** What takes minutes in production, shorter: for the fault tests, which kill workers by the dozen. */
export interface PollerWaits {
  readonly timing?: FeedTiming;
  readonly silenceMsMax?: number;
}

/** @param engine on AWS unless given */
export function buildDependencies(
  config: PollerConfig,
  engine: PollerEngine = makeAwsEngine(config),
  waits: PollerWaits = {},
): PollerDependencies {
  const { allowLoopback } = config;
  const { authorizations, deliveries, feeds, quarantine, streams, subscriptions } = engine.stores;
  const clock = systemClock;
  const { log, metrics } = makeTelemetry('pubsub-poller', config);
  const tokens = makeTokenSource({ authorizations, box: makeSecretBox(config), allowLoopback, clock, log });
  const connections = new OrgConnections({
    authorizations,
    tokens,
    clients: new PubSubClients(),
    allowLoopback,
    clock,
  });
  return {
    clock,
    timers: systemTimers,
    returns: engine.pollReturns,
    random: Math.random,
    log,
    metrics,
    worker: new FeedWorker(
      {
        feeds,
        subscriptions,
        deliveries,
        quarantine,
        queue: engine.deliveryQueue,
        pollQueue: engine.pollQueue,
        streams,
        source: new PubSubFeedSource(connections, new SchemaCache(), waits),
        gapRepair: new OrgGapRepair(new OrgRest(tokens)),
        clock,
        timers: systemTimers,
        random: Math.random,
        log,
        metrics,
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
