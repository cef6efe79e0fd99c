import { makeAwsDeadLetters, makeAwsFeedEngine } from '../../src/adapters/aws-engine.ts';
import type { Engine } from '../../src/adapters/engine.ts';
import { makeSecretBox } from '../../src/adapters/make-secret-box.ts';
import { readSecret } from '../../src/adapters/secrets-manager/read-secret.ts';
import { systemClock } from '../../src/base/clock.ts';
import { systemTimers } from '../../src/base/timers.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { PubSubEventDecoder } from '../../src/platforms/salesforce/event-decoder.ts';
import { SalesforceGrant } from '../../src/platforms/salesforce/oauth/grant.ts';
import { oauthHttp } from '../../src/platforms/salesforce/oauth/http.ts';
import { makeTokenSource } from '../../src/platforms/salesforce/oauth/make-token-source.ts';
import { TokenClient } from '../../src/platforms/salesforce/oauth/token-client.ts';
import { OrgConnections } from '../../src/platforms/salesforce/org-connections.ts';
import { PubSubClients } from '../../src/platforms/salesforce/pubsub/client.ts';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import { OrgTopicDirectory } from '../../src/platforms/salesforce/topic-directory.ts';
import { webhookRules } from '../../src/platforms/webhook/rules.ts';
import { makeTelemetry } from '../../src/telemetry/logger.ts';
import type { ApiConfig } from './config.ts';
import type { ApiDependencies } from './ports.ts';

type ApiEngine = Pick<Engine, 'stores' | 'deliveryQueue' | 'pollQueue' | 'deadLetters'>;

/** @param engine on AWS unless given */
export function buildDependencies(
  config: ApiConfig,
  { stores, deliveryQueue, pollQueue, deadLetters }: ApiEngine = makeAwsEngine(config),
): ApiDependencies {
  const { allowLoopback, adminTokenSecretArn } = config;
  const clock = systemClock;
  const { log, metrics } = makeTelemetry('api', config);
  const secrets = makeSecretBox(config);
  const { authorizations } = stores;
  const tokenSource = makeTokenSource({ authorizations, box: secrets, allowLoopback, clock, log });
  const connections = new OrgConnections({
    authorizations,
    tokens: tokenSource,
    clients: new PubSubClients(),
    allowLoopback,
    clock,
  });
  return {
    ...stores,
    queue: deliveryQueue,
    pollQueue,
    deadLetters,
    secrets,
    routing: new RoutingTables(stores.streams, clock),
    grant: new SalesforceGrant({
      authorizations,
      box: secrets,
      tokens: new TokenClient(oauthHttp, () => clock.now()),
      allowLoopback,
      clock,
      log,
      installationApp: config.salesforceApp,
    }),
    topics: new OrgTopicDirectory(connections, new OrgRest(tokenSource)),
    decoder: new PubSubEventDecoder(connections),
    webhooks: webhookRules({ allowLoopback }),
    firstAdminToken: adminTokenSecretArn === undefined ? undefined : () => readSecret(adminTokenSecretArn),
    publicApiUrl: config.publicApiUrl,
    publishBaseUrl: config.publishBaseUrl,
    clock,
    timers: systemTimers,
    log,
    metrics,
  };
}

function makeAwsEngine(config: ApiConfig): ApiEngine {
  return { ...makeAwsFeedEngine(config), deadLetters: makeAwsDeadLetters(config) };
}
