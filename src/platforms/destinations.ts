import type { Clock } from '../base/clock.ts';
import type { Announcements } from '../domain/announcements/announcement.ts';
import type { AllocationStore } from '../domain/authorizations/allocation-store.ts';
import type { AuthorizationStore } from '../domain/authorizations/authorization-store.ts';
import type { TokenSource } from '../domain/authorizations/token-source.ts';
import type { DeliveryStore } from '../domain/deliveries/delivery-store.ts';
import type { Destinations } from '../domain/deliveries/destination.ts';
import type { RateCounter } from '../domain/deliveries/rate-counter.ts';
import type { AllowedTargets } from '../domain/publications/allowed-targets.ts';
import type { SecretBox } from '../domain/secret-box.ts';
import type { PortRange } from '../settings/ports.ts';
import type { Log } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { dataCloudDestination } from './datacloud/destination.ts';
import { eventBridgeDestination } from './eventbridge/destination.ts';
import { kinesisDestination } from './kinesis/destination.ts';
import { PullDestination } from './pull/destination.ts';
import { s3Destination } from './s3/destination.ts';
import { salesforceDestination } from './salesforce/destination.ts';
import { sqsDestination } from './sqs/destination.ts';
import { webhookDestination } from './webhook/destination.ts';

/** What a destination may use of the outside world. */
export interface DestinationPorts {
  readonly authorizations: AuthorizationStore;
  readonly allocations: Pick<AllocationStore, 'countPublished'>;
  readonly rates: RateCounter;
  /** Holds the deliveries that wait to be pulled. */
  readonly deliveries: Pick<DeliveryStore, 'countAvailable' | 'sizeAvailable' | 'listAvailable' | 'update'>;
  readonly secrets: SecretBox;
  /** Whether a target may run on this machine. */
  readonly allowLoopback: boolean;
  /** Defaults to the standard ports. */
  readonly webhookPorts?: readonly PortRange[] | undefined;
  readonly allowedTargets: AllowedTargets;
  readonly announcements: Announcements;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * The sender for each platform of `targets.ts`. A destination that is costly to load loads itself with its first event.
 */
export function makeDestinations(ports: DestinationPorts): Destinations {
  const tokens = orgTokens(ports);
  return {
    webhook: webhookDestination({
      ...ports,
      addresses: { allowLoopback: ports.allowLoopback, ports: ports.webhookPorts },
    }),
    salesforce: salesforceDestination({ ...ports, tokens }),
    datacloud: dataCloudDestination({ ...ports, tokens }),
    pull: new PullDestination(ports),
    sqs: sqsDestination(ports),
    eventbridge: eventBridgeDestination(ports),
    kinesis: kinesisDestination(ports),
    s3: s3Destination(ports),
  };
}

/** Access tokens of orgs, shared by all destinations that send to one. */
function orgTokens(ports: DestinationPorts): TokenSource {
  let loaded: Promise<TokenSource> | undefined;
  const load = async () => (await import('./salesforce/token-access.ts')).makeTokenSource(ports);
  return {
    async session(...of) {
      loaded ??= load();
      return (await loaded).session(...of);
    },
  };
}
