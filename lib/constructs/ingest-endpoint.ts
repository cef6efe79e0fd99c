import { Fn } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { INGEST_TIMEOUT_SECONDS } from '../../src/settings/runtime.ts';
import { PULLS_INDEX } from '../../src/settings/table.ts';
import type { EventTable } from './event-table.ts';
import { type FrontDoor, PUBLISH_THROTTLE } from './front-door.ts';
import type { SecretKey } from './secret-key.ts';
import { type FunctionDefaults, ServiceFunction } from './service-function.ts';
import type { WorkQueue } from './work-queue.ts';

export interface IngestEndpointProps extends FunctionDefaults {
  readonly table: EventTable;
  readonly key: SecretKey;
  readonly deliveries: WorkQueue;
  readonly ordered: WorkQueue;
  readonly frontDoor: FrontDoor;
}

/**
 * The publish URL accepts events from apps and queues them; the subscribe URL, at the same address, hands out waiting
 * events.
 */
export class IngestEndpoint extends Construct {
  readonly function: ServiceFunction;
  /** The start of every publish URL, without a trailing slash. */
  readonly publishBaseUrl: string;

  constructor(scope: Construct, id: string, props: IngestEndpointProps) {
    super(scope, id);
    const { table, key, deliveries, ordered, frontDoor, bundle, settings } = props;
    this.function = new ServiceFunction(this, 'Ingest', {
      bundle,
      settings,
      name: 'ingest',
      description: 'Takes published events and queues them; gives deliveries to those who pull them',
      timeoutSeconds: INGEST_TIMEOUT_SECONDS,
      environment: {
        TABLE_NAME: table.name,
        DELIVERY_QUEUE_URL: deliveries.queue.queueUrl,
        ORDERED_QUEUE_URL: ordered.queue.queueUrl,
        KMS_KEY_ID: key.arn,
        ...(settings.publishAllowedOrigins !== undefined && {
          PUBLISH_ALLOWED_ORIGINS: settings.publishAllowedOrigins,
        }),
      },
    });
    // Pulling reads and ends deliveries, and creates a publication and its stream on first use.
    table.allow(this.function, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'], [PULLS_INDEX]);
    deliveries.allowSend(this.function);
    // Requests to an inbound URL become events that go by streams.
    ordered.allowSend(this.function);
    // For the secrets that senders to inbound URLs sign with.
    key.allow(this.function, ['Decrypt']);

    if (settings.publishThrough === 'http-api') {
      // Also matches a trailing slash, which `/{publication}` does not, and which no route may name. Unlike a second
      // greedy route it cannot take precedence over the management API's. The function reports what is wrong with other
      // paths and methods.
      frontDoor.routeRest(this.function, PUBLISH_THROTTLE);
      this.publishBaseUrl = frontDoor.url;
    } else {
      const { url } = this.function.lambda.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
      this.publishBaseUrl = `https://${Fn.select(2, Fn.split('/', url))}`;
    }
  }
}
