import type { AllocationStore } from '../../domain/authorizations/allocation-store.ts';
import type { TokenSource } from '../../domain/authorizations/token-source.ts';
import type { Destination, OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import { makeConnections } from './org-access.ts';
import { PubSubPublisher } from './publish-by-pubsub.ts';
import { RestPublisher } from './publish-by-rest.ts';
import { PUBLISH_BATCH_EVENTS_MAX } from './publish-limits.ts';
import type { PubSubClients } from './pubsub/client.ts';
import { OrgRest } from './rest.ts';
import { SchemaCache } from './schema-cache.ts';
import type { SalesforcePublication } from './target.ts';
import { makeTokenSource, type SalesforcePorts } from './token-access.ts';

export interface SalesforceDestinationPorts extends SalesforcePorts {
  readonly allocations: Pick<AllocationStore, 'countPublished'>;
  /** The source of access tokens; by default one of its own. */
  readonly tokens?: TokenSource;
  readonly clients?: PubSubClients;
}

export function makeSalesforceDestination(ports: SalesforceDestinationPorts): SalesforceDestination {
  const { tokens = makeTokenSource(ports), clients, clock } = ports;
  return new SalesforceDestination(
    new PubSubPublisher(makeConnections(ports, tokens, clients), new SchemaCache(), clock),
    new RestPublisher(new OrgRest(tokens, ports), clock),
    ports,
  );
}

type DestinationPorts = Pick<SalesforceDestinationPorts, 'allocations' | 'clock' | 'log'>;

/** Publishes platform events through the API that the publication names. */
export class SalesforceDestination implements Destination<'salesforce'> {
  readonly batchMax = PUBLISH_BATCH_EVENTS_MAX;
  readonly #pubSub: PubSubPublisher;
  readonly #rest: RestPublisher;
  readonly #ports: DestinationPorts;

  constructor(pubSub: PubSubPublisher, rest: RestPublisher, ports: DestinationPorts) {
    this.#pubSub = pubSub;
    this.#rest = rest;
    this.#ports = ports;
  }

  async send(
    publication: SalesforcePublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly SendOutcome[]> {
    const startedAtMs = this.#ports.clock.now();
    const publisher = publication.via === 'rest' ? this.#rest : this.#pubSub;
    const outcomes = await publisher.publish(publication, events);
    await this.#count(publication, outcomes.filter(({ kind }) => kind === 'delivered').length);
    const durationMs = this.#ports.clock.now() - startedAtMs;
    return outcomes.map((outcome) => ({ ...outcome, durationMs }));
  }

  /** Only feeds the meter: the event is published whether or not it is counted. */
  async #count({ appId, authorizationId }: SalesforcePublication, published: number): Promise<void> {
    if (published === 0) return;
    const { allocations, clock, log } = this.#ports;
    try {
      await allocations.countPublished(appId, authorizationId, clock.now(), published);
    } catch (error) {
      log.write('ALLOCATION_UNCOUNTED', {
        appId,
        authorizationId,
        count: published,
        ...describeError(error),
      });
    }
  }
}
