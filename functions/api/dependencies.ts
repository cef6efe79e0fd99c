import { makeDynamoClient } from '../../src/adapters/dynamodb/client.ts';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import { Table } from '../../src/adapters/dynamodb/table.ts';
import { makeSecretBox } from '../../src/adapters/make-secret-box.ts';
import { readSecret } from '../../src/adapters/secrets-manager/read-secret.ts';
import { makeSqsClient } from '../../src/adapters/sqs/client.ts';
import { SqsDeliveryQueue } from '../../src/adapters/sqs/delivery-queue.ts';
import { SqsPollQueue } from '../../src/adapters/sqs/poll-queue.ts';
import { systemClock } from '../../src/base/clock.ts';
import { RoutingTables } from '../../src/domain/streams/route.ts';
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
import { makeLog } from '../../src/telemetry/logger.ts';
import type { ApiConfig } from './config.ts';
import type { ApiDependencies } from './ports.ts';

export function buildDependencies(config: ApiConfig): ApiDependencies {
  const { allowLoopback, adminTokenSecretArn } = config;
  const clock = systemClock;
  const log = makeLog('api', config.logLevel);
  const stores = makeDynamoStores(
    new Table(makeDynamoClient({ endpoint: config.dynamodbEndpoint }), config.tableName),
  );
  const sqs = makeSqsClient({ endpoint: config.sqsEndpoint });
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
    queue: new SqsDeliveryQueue(sqs, config.deliveryQueueUrl),
    pollQueue: new SqsPollQueue(sqs, config.pollQueueUrl),
    secrets,
    routing: new RoutingTables(stores.streams, clock),
    grant: new SalesforceGrant({
      authorizations,
      box: secrets,
      tokens: new TokenClient(oauthHttp, () => clock.now()),
      allowLoopback,
      clock,
      installationApp: config.salesforceApp,
    }),
    topics: new OrgTopicDirectory(connections, new OrgRest(tokenSource)),
    decoder: new PubSubEventDecoder(connections),
    webhooks: webhookRules({ allowLoopback }),
    firstAdminToken: adminTokenSecretArn === undefined ? undefined : () => readSecret(adminTokenSecretArn),
    publicApiUrl: config.publicApiUrl,
    publishBaseUrl: config.publishBaseUrl,
    clock,
    log,
  };
}
