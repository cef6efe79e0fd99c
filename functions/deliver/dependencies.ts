import { makeAwsDeliveryEngine, makeAwsReturns } from '../../src/adapters/aws-engine.ts';
import type { Engine } from '../../src/adapters/engine.ts';
import { makeSecretBox } from '../../src/adapters/make-secret-box.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Destination } from '../../src/domain/deliveries/destination.ts';
import type { Platform } from '../../src/domain/publications/publication.ts';
import { RoutingTables } from '../../src/pipeline/route/route.ts';
import { PUBLISH_BATCH_EVENTS_MAX } from '../../src/platforms/salesforce/publish-limits.ts';
import { WebhookDestination } from '../../src/platforms/webhook/deliver.ts';
import { makeTelemetry } from '../../src/telemetry/logger.ts';
import type { DeliverConfig } from './config.ts';
import type { DeliverDependencies } from './handler.ts';

type DeliverEngine = Pick<Engine, 'stores' | 'deliveryQueue' | 'deliveryReturns'>;

/** @param engine on AWS unless given */
export function buildDependencies(
  config: DeliverConfig,
  { stores, deliveryQueue, deliveryReturns }: DeliverEngine = makeAwsEngine(config),
): DeliverDependencies {
  const secrets = makeSecretBox(config);
  const clock = systemClock;
  const { log, metrics } = makeTelemetry('deliver', config, { zeros: ['DeliveryErrors'] });
  return {
    publications: stores.publications,
    deliveries: stores.deliveries,
    queue: deliveryQueue,
    returns: deliveryReturns,
    routing: new RoutingTables(stores.streams, clock),
    destinations: {
      webhook: new WebhookDestination({
        secrets,
        clock,
        addresses: { allowLoopback: config.allowLoopback },
      }),
      salesforce: lazily(PUBLISH_BATCH_EVENTS_MAX, async () => {
        const { makeSalesforceDestination } = await import('../../src/platforms/salesforce/publish.ts');
        return makeSalesforceDestination({
          authorizations: stores.authorizations,
          allocations: stores.allocations,
          secrets,
          allowLoopback: config.allowLoopback,
          clock,
          log,
        });
      }),
    },
    clock,
    random: Math.random,
    log,
    metrics,
  };
}

function makeAwsEngine(config: DeliverConfig): DeliverEngine {
  return {
    ...makeAwsDeliveryEngine(config),
    deliveryReturns: makeAwsReturns(config, config.deliveryQueueUrl, config.deliveryDeadLetterQueueUrl),
  };
}

/** Loads what the destination needs with its first event: an installation of webhooks only starts without gRPC and Avro. */
function lazily<P extends Platform>(batchMax: number, load: () => Promise<Destination<P>>): Destination<P> {
  let loaded: Promise<Destination<P>> | undefined;
  return {
    batchMax,
    async send(publication, events) {
      loaded ??= load();
      return (await loaded).send(publication, events);
    },
  };
}
