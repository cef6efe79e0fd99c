import { makeAwsFeedEngine } from '../../src/adapters/aws-engine.ts';
import type { Engine } from '../../src/adapters/engine.ts';
import { makeSecretBox } from '../../src/adapters/make-secret-box.ts';
import { systemClock } from '../../src/base/clock.ts';
import { readAllocations } from '../../src/domain/authorizations/read-allocations.ts';
import { continueDrains } from '../../src/domain/deliveries/parked-deliveries.ts';
import { forgetDeliveries, sweepDeliveries } from '../../src/domain/deliveries/sweep.ts';
import { recordFeeds } from '../../src/domain/feeds/feed-metrics.ts';
import { measureFeeds } from '../../src/domain/feeds/measure-feeds.ts';
import { wakeFeeds } from '../../src/domain/feeds/wake-feeds.ts';
import { RoutingTables } from '../../src/domain/streams/route.ts';
import { runGenerators } from '../../src/domain/subscriptions/generate.ts';
import { makeTokenSource } from '../../src/platforms/salesforce/oauth/make-token-source.ts';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import { SCHEDULE_INTERVAL_MS } from '../../src/settings/runtime.ts';
import { makeTelemetry } from '../../src/telemetry/logger.ts';
import type { ScheduleConfig } from './config.ts';
import type { ScheduleDependencies } from './handler.ts';

/** @param engine on AWS unless given */
export function buildDependencies(
  config: ScheduleConfig,
  {
    stores,
    deliveryQueue,
    pollQueue,
  }: Pick<Engine, 'stores' | 'deliveryQueue' | 'pollQueue'> = makeAwsFeedEngine(config),
): ScheduleDependencies {
  const clock = systemClock;
  const { log, metrics } = makeTelemetry('schedule', config);
  const ports = {
    ...stores,
    queue: deliveryQueue,
    clock,
    log,
    metrics,
    routing: new RoutingTables(stores.streams, clock),
  };
  const tokenSource = makeTokenSource({
    authorizations: stores.authorizations,
    box: makeSecretBox(config),
    allowLoopback: config.allowLoopback,
    clock,
    log,
  });
  return {
    log,
    metrics,
    tasks: {
      sweepDeliveries: () => sweepDeliveries(ports),
      drainParked: () => continueDrains(ports),
      forgetDeliveries: () => forgetDeliveries(ports),
      runGenerators: () => runGenerators(ports, clock.now() + SCHEDULE_INTERVAL_MS),
      wakeFeeds: () => wakeFeeds({ ...stores, pollQueue, clock, log }),
      refreshAuthorizations: () => tokenSource.refreshDue(),
      readAllocations: () => readAllocations({ ...ports, orgs: new OrgRest(tokenSource) }),
      measureFeeds: async () => recordFeeds(metrics, await measureFeeds(ports)),
    },
  };
}
