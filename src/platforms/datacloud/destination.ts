import type { Destination } from '../../domain/deliveries/destination.ts';
import type { DataCloudDestinationPorts } from './ingest.ts';
import { BATCH_EVENTS_MAX } from './ingest-limits.ts';

/** Sends to Data Cloud. Loaded with the first event: an installation with webhooks only starts without it. */
export function dataCloudDestination(ports: DataCloudDestinationPorts): Destination<'datacloud'> {
  let loaded: Promise<Destination<'datacloud'>> | undefined;
  const load = async () => {
    const { DataCloudDestination } = await import('./ingest.ts');
    return new DataCloudDestination(ports);
  };
  return {
    batchMax: BATCH_EVENTS_MAX,
    async send(publication, events) {
      loaded ??= load();
      return (await loaded).send(publication, events);
    },
  };
}
