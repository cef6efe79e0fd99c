import { ListedTargets } from '../../src/adapters/allowed-targets.ts';
import { makeAwsDeliveryEngine, makeAwsReturns } from '../../src/adapters/aws-engine.ts';
import type { Engine } from '../../src/adapters/engine.ts';
import { makeSecretBox } from '../../src/adapters/make-secret-box.ts';
import { systemClock } from '../../src/base/clock.ts';
import { FairTurns } from '../../src/base/fair-turns.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { AppRetention } from '../../src/domain/apps/retention.ts';
import { Announcer } from '../../src/pipeline/announce/announcer.ts';
import { DropCounts, flushedTogether } from '../../src/pipeline/route/drop-counts.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { makeDestinations } from '../../src/platforms/destinations.ts';
import { withHerokuAppLog } from '../../src/platforms/logplex/index.ts';
import { makeTelemetry } from '../../src/telemetry/logger.ts';
import type { DeliverConfig } from './config.ts';
import type { DeliverDependencies } from './handler.ts';

type DeliverEngine = Pick<
  Engine,
  'stores' | 'deliveryQueue' | 'deliveryReturns' | 'orderedReturns' | 'history' | 'makeAttemptIndex'
>;

/** @param engine defaults to AWS */
export function buildDependencies(
  config: DeliverConfig,
  {
    stores,
    deliveryQueue,
    deliveryReturns,
    orderedReturns,
    history,
    makeAttemptIndex,
  }: DeliverEngine = makeAwsEngine(config),
): DeliverDependencies {
  const clock = systemClock;
  const secrets = makeSecretBox(config);
  const telemetry = makeTelemetry('deliver', config, { zeros: ['DeliveryErrors'] });
  const { log, metrics, appLog } = withHerokuAppLog(config, {
    stores,
    secrets,
    clock,
    timers: systemTimers,
    telemetry,
  });
  const routing = new RoutingTables(stores.streams, clock);
  const announcements = new Announcer({ ...stores, queue: deliveryQueue, routing, clock, log, metrics });
  const drops = new DropCounts({ log, clock, history });
  const retention = new AppRetention({ apps: stores.apps, usualMs: config.retentionMs, clock });
  return {
    publications: stores.publications,
    deliveries: stores.deliveries,
    queue: deliveryQueue,
    rates: stores.rates,
    lanes: stores.lanes,
    returns: deliveryReturns,
    orderedReturns,
    routing,
    announcements,
    destinations: makeDestinations({
      authorizations: stores.authorizations,
      allocations: stores.allocations,
      rates: stores.rates,
      deliveries: stores.deliveries,
      secrets,
      allowLoopback: config.allowLoopback,
      webhookPorts: config.webhookPorts,
      allowedTargets: new ListedTargets(config.allowedTargets),
      announcements,
      clock,
      log,
      metrics,
    }),
    history,
    drops,
    attemptIndex: makeAttemptIndex?.({ clock, log, retention }),
    retention,
    turns: new FairTurns(),
    clock,
    random: Math.random,
    log,
    metrics: flushedTogether(metrics, drops),
    appLog,
  };
}

function makeAwsEngine(config: DeliverConfig): DeliverEngine {
  return {
    ...makeAwsDeliveryEngine(config),
    deliveryReturns: makeAwsReturns(config, config.deliveryQueueUrl, config.deliveryDeadLetterQueueUrl),
    orderedReturns: makeAwsReturns(config, config.orderedQueueUrl, config.orderedDeadLetterQueueUrl),
  };
}
