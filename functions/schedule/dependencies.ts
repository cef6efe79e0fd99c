import { makeAwsFeedEngine } from '../../src/adapters/aws-engine.ts';
import type { Engine } from '../../src/adapters/engine.ts';
import { makeSecretBox } from '../../src/adapters/make-secret-box.ts';
import { retentionClock, systemClock } from '../../src/base/clock.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { AppRetention } from '../../src/domain/apps/retention.ts';
import type { HerokuResource } from '../../src/domain/heroku-resources/heroku-resource.ts';
import { endUnusedListeners } from '../../src/management/listeners/manage-listeners.ts';
import { Announcer } from '../../src/pipeline/announce/announcer.ts';
import { tellAppCounts } from '../../src/pipeline/app-log/tell-app-counts.ts';
import { forgetHistory } from '../../src/pipeline/deliver/forget-history.ts';
import { forgetLanes, sweepLanes } from '../../src/pipeline/deliver/lanes.ts';
import { continueDrains } from '../../src/pipeline/deliver/parked-deliveries.ts';
import { continueRedrives } from '../../src/pipeline/deliver/redrive.ts';
import { forgetDeliveries, sweepDeliveries } from '../../src/pipeline/deliver/sweep.ts';
import { runGenerators } from '../../src/pipeline/generate/generate.ts';
import { wakeFeeds } from '../../src/pipeline/read/wake-feeds.ts';
import { DropCounts, flushedTogether } from '../../src/pipeline/route/drop-counts.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { recordFeeds } from '../../src/pipeline/upkeep/feed-metrics.ts';
import { measureFeeds } from '../../src/pipeline/upkeep/measure-feeds.ts';
import { readAllocations } from '../../src/pipeline/upkeep/read-allocations.ts';
import { refreshDueAuthorizations } from '../../src/pipeline/upkeep/refresh-authorizations.ts';
import { withHerokuAppLog } from '../../src/platforms/logplex/index.ts';
import { salesforceUpkeep } from '../../src/platforms/salesforce/index.ts';
import { SCHEDULE_INTERVAL_MS } from '../../src/settings/runtime.ts';
import { makeTelemetry } from '../../src/telemetry/logger.ts';
import type { ScheduleConfig } from './config.ts';
import type { ScheduleDependencies } from './handler.ts';

/** @param engine defaults to AWS */
export function buildDependencies(
  config: ScheduleConfig,
  {
    stores,
    deliveryQueue,
    pollQueue,
    history,
    makeAttemptIndex,
    retention = retentionClock(systemClock, systemTimers),
  }: Pick<
    Engine,
    'stores' | 'deliveryQueue' | 'pollQueue' | 'history' | 'makeAttemptIndex' | 'retention'
  > = makeAwsFeedEngine(config),
): ScheduleDependencies {
  const clock = systemClock;
  const { allowLoopback } = config;
  const secrets = makeSecretBox(config);
  const telemetry = makeTelemetry('schedule', config);
  const ofHeroku = { secrets, clock, timers: systemTimers, log: telemetry.log };
  /** Loaded only if the installation is a Heroku add-on. */
  const loadHeroku = async () => {
    const [{ makeFindHerokuAddon }, { HttpHerokuPlatform, makeFindLogInputUrl }, resources, logUrl] =
      await Promise.all([
        import('../../src/adapters/heroku-addon.ts'),
        import('../../src/platforms/heroku/index.ts'),
        import('../../src/pipeline/upkeep/heroku-resources.ts'),
        import('../../src/pipeline/upkeep/heroku-log-url.ts'),
      ]);
    const outward = { addresses: { allowLoopback }, clock, hosts: config.herokuHosts };
    const addon = makeFindHerokuAddon(config.herokuAddon, ofHeroku);
    const herokuPlatform = new HttpHerokuPlatform({ ...outward, addon });
    const herokuPorts = { ...stores, ...ofHeroku, herokuPlatform, grant };
    const findLogInputUrl = makeFindLogInputUrl(outward);
    return {
      attend: () => resources.attendHerokuResources(herokuPorts),
      freshLogUrl: (resource: HerokuResource) =>
        logUrl.freshLogUrl({ ...herokuPorts, findLogInputUrl }, resource),
    };
  };
  let loading: ReturnType<typeof loadHeroku> | undefined;
  const heroku = () => {
    loading ??= loadHeroku();
    return loading;
  };
  const { file, secretArn } = config.herokuAddon;
  const isAddon = file !== undefined || secretArn !== undefined;
  const { log, metrics, appLog } = withHerokuAppLog(config, {
    stores,
    secrets,
    freshUrl: isAddon ? async (resource) => (await heroku()).freshLogUrl(resource) : undefined,
    clock,
    timers: systemTimers,
    telemetry,
  });
  const drops = new DropCounts({ log, clock, history });
  const shared = {
    ...stores,
    queue: deliveryQueue,
    clock,
    timers: systemTimers,
    log,
    metrics,
    drops,
    keptHistory: history,
    attemptIndex: makeAttemptIndex?.({ clock, log }),
    retention: new AppRetention({ apps: stores.apps, usualMs: config.retentionMs, clock }),
    routing: new RoutingTables(stores.streams, clock),
  };
  const ports = { ...shared, announcements: new Announcer(shared) };
  const { renewer, orgs, grant } = salesforceUpkeep({
    authorizations: stores.authorizations,
    secrets,
    allowLoopback,
    announcements: ports.announcements,
    clock,
    log,
  });
  return {
    log,
    metrics: flushedTogether(metrics, drops),
    appLog,
    tasks: {
      sweepDeliveries: () => sweepDeliveries(ports),
      drainParked: () => continueDrains(ports),
      continueRedrives: () => continueRedrives(ports),
      forgetDeliveries: () => forgetDeliveries({ ...stores, clock: retention }),
      sweepLanes: () => sweepLanes(ports),
      forgetLanes: () => forgetLanes({ ...stores, clock: retention }),
      forgetHistory: () =>
        forgetHistory({ ...stores, history, usualMs: config.retentionMs, clock: retention }),
      endListeners: () => endUnusedListeners(ports),
      runGenerators: () => runGenerators(ports, clock.now() + SCHEDULE_INTERVAL_MS),
      wakeFeeds: () => wakeFeeds({ ...stores, pollQueue, clock, log }),
      refreshAuthorizations: () => refreshDueAuthorizations({ ...ports, renewer }),
      attendHerokuResources: async () => (isAddon ? (await heroku()).attend() : 0),
      readAllocations: () => readAllocations({ ...ports, orgs }),
      tellAppCounts: async () => appLog && tellAppCounts(appLog, stores.appCounts),
      measureFeeds: async () => recordFeeds(metrics, await measureFeeds(ports)),
    },
  };
}
