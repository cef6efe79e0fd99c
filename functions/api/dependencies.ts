import { fileURLToPath } from 'node:url';
import { ListedTargets } from '../../src/adapters/allowed-targets.ts';
import { makeAwsDeadLetters, makeAwsFeedEngine, makeStaleStores } from '../../src/adapters/aws-engine.ts';
import type { Engine } from '../../src/adapters/engine.ts';
import { makeFindHerokuAddon } from '../../src/adapters/heroku-addon.ts';
import { makeLogPorts } from '../../src/adapters/make-log-ports.ts';
import { makeSecretBox } from '../../src/adapters/make-secret-box.ts';
import { readSecret } from '../../src/adapters/secrets-manager/read-secret.ts';
import { systemClock } from '../../src/base/clock.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { AppRetention } from '../../src/domain/apps/retention.ts';
import { FLOW_PACE, FLOW_PACE_ON_FILE, FlowReader } from '../../src/management/flow/flow-reader.ts';
import { IndexedHistory } from '../../src/management/history/indexed-history.ts';
import { Announcer } from '../../src/pipeline/announce/announcer.ts';
import { DropCounts, flushedTogether } from '../../src/pipeline/route/drop-counts.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { dataCloudManagement } from '../../src/platforms/datacloud/index.ts';
import { HttpHerokuPlatform } from '../../src/platforms/heroku/index.ts';
import { salesforceManagement } from '../../src/platforms/salesforce/index.ts';
import { SOURCES } from '../../src/platforms/sources.ts';
import { TARGETS } from '../../src/platforms/targets.ts';
import { addressRules, describeWebhookRequest } from '../../src/platforms/webhook/index.ts';
import { makeTelemetry } from '../../src/telemetry/logger.ts';
import type { ApiConfig } from './config.ts';
import { ConsoleFiles } from './console/files.ts';
import type { ApiDependencies } from './ports.ts';

/** The stack puts this folder beside the function's bundle (lib/bundle.ts). */
const BUNDLED_CONSOLE = fileURLToPath(new URL('./console', import.meta.url));

type ApiEngine = Pick<
  Engine,
  'stores' | 'staleStores' | 'deliveryQueue' | 'pollQueue' | 'deadLetters' | 'history' | 'makeAttemptIndex'
>;

/** @param engine defaults to AWS */
export function buildDependencies(
  config: ApiConfig,
  {
    stores,
    staleStores = stores,
    deliveryQueue,
    pollQueue,
    deadLetters,
    history,
    makeAttemptIndex,
  }: ApiEngine = makeAwsEngine(config),
): ApiDependencies {
  const { allowLoopback, webhookPorts, adminTokenSecretArn } = config;
  const clock = systemClock;
  const { log, metrics } = makeTelemetry('api', config);
  // A generator that is created or resumed makes its first events here.
  const drops = new DropCounts({ log, clock, history });
  const attemptIndex = makeAttemptIndex?.({ clock, log });
  const { history: searched, logs } = makeLogPorts(config.log, history);
  const secrets = makeSecretBox(config);
  const routing = new RoutingTables(stores.streams, clock);
  const announcements = new Announcer({ ...stores, queue: deliveryQueue, routing, clock, log, metrics });
  const herokuAddon = makeFindHerokuAddon(config.herokuAddon, { clock, log });
  const orgPorts = {
    authorizations: stores.authorizations,
    secrets,
    allowLoopback,
    announcements,
    clock,
    log,
  };
  const { orgTokens, ...salesforce } = salesforceManagement({
    ...orgPorts,
    installationApp: config.salesforceApp,
  });
  const pace = history === undefined ? FLOW_PACE : FLOW_PACE_ON_FILE;
  return {
    ...stores,
    queue: deliveryQueue,
    pollQueue,
    deadLetters,
    logs,
    history:
      attemptIndex === undefined ? searched : new IndexedHistory({ ...stores, searched, attemptIndex }),
    attemptIndex,
    describeRequest: describeWebhookRequest,
    staleApps: staleStores.apps,
    flow: new FlowReader({ stores: staleStores, history: searched, clock }, pace),
    keptHistory: history,
    retention: new AppRetention({ apps: stores.apps, usualMs: config.retentionMs, clock }),
    secrets,
    routing,
    ...salesforce,
    ingest: dataCloudManagement({ ...orgPorts, tokens: orgTokens }),
    herokuAddon,
    herokuPlatform: new HttpHerokuPlatform({
      addresses: { allowLoopback },
      clock,
      hosts: config.herokuHosts,
      addon: herokuAddon,
    }),
    tellHerokuApp: async (code, fields) => {
      // Loaded when a resource of Heroku's goes. Its numbers go with the app.
      const { withHerokuAppLog } = await import('../../src/platforms/logplex/index.ts');
      const { log: told, appLog } = withHerokuAppLog(
        { herokuLogSamples: 0, allowLoopback },
        {
          stores: { ...stores, appCounts: { add: async () => undefined } },
          secrets,
          clock,
          timers: systemTimers,
          telemetry: { log, metrics },
        },
      );
      told.write(code, fields);
      await appLog?.close();
    },
    targets: TARGETS,
    sources: SOURCES,
    addresses: addressRules({ allowLoopback, ports: webhookPorts }),
    allowedTargets: new ListedTargets(config.allowedTargets),
    firstAdminToken: adminTokenSecretArn === undefined ? undefined : () => readSecret(adminTokenSecretArn),
    appRequestsPerSecond: config.appRequestsPerSecond,
    consoleFiles: new ConsoleFiles(config.consoleFolder ?? BUNDLED_CONSOLE),
    consoleHidesPayloads: config.consoleHidesPayloads,
    publicApiUrl: config.publicApiUrl,
    publishBaseUrl: config.publishBaseUrl,
    clock,
    timers: systemTimers,
    log,
    drops,
    metrics: flushedTogether(metrics, drops),
  };
}

function makeAwsEngine(config: ApiConfig): ApiEngine {
  return {
    ...makeAwsFeedEngine(config),
    staleStores: makeStaleStores(config),
    deadLetters: makeAwsDeadLetters(config),
  };
}
