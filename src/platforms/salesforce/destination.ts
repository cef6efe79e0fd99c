import type { Destination } from '../../domain/deliveries/destination.ts';
import type { SalesforceDestinationPorts } from './publish.ts';
import { PUBLISH_BATCH_EVENTS_MAX } from './publish-limits.ts';

/**
 * Publishes to orgs. gRPC and Avro are loaded with the first event: an installation with webhooks only starts without
 * them.
 */
export function salesforceDestination(ports: SalesforceDestinationPorts): Destination<'salesforce'> {
  let loaded: Promise<Destination<'salesforce'>> | undefined;
  const load = async () => (await import('./publish.ts')).makeSalesforceDestination(ports);
  return {
    batchMax: PUBLISH_BATCH_EVENTS_MAX,
    async send(publication, events) {
      loaded ??= load();
      return (await loaded).send(publication, events);
    },
  };
}
