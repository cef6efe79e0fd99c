import { Validations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { SECRET_GRANTS } from '../../src/domain/publications/target-platform.ts';
import { TARGETS } from '../../src/platforms/targets.ts';
import { DELIVERY_CONSUMER, ORDERED_CONSUMER } from '../../src/settings/runtime.ts';
import { PULLS_INDEX } from '../../src/settings/table.ts';
import { targetRights, targetsText } from '../allowed-targets.ts';
import type { EventTable } from './event-table.ts';
import { QueueConsumer } from './queue-consumer.ts';
import type { SecretKey } from './secret-key.ts';
import type { FunctionDefaults, ServiceFunction } from './service-function.ts';
import type { WorkQueue } from './work-queue.ts';

export interface DelivererProps extends FunctionDefaults {
  readonly table: EventTable;
  readonly key: SecretKey;
  readonly deliveries: WorkQueue;
  readonly ordered: WorkQueue;
}

/** Receives deliveries from their queue and sends them. */
export class Deliverer extends Construct {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, props: DelivererProps) {
    super(scope, id);
    const { table, key, deliveries, ordered, bundle, settings } = props;
    this.function = new QueueConsumer(this, 'Deliver', {
      bundle,
      settings,
      name: 'deliver',
      description: 'Sends events to webhooks and orgs',
      queue: deliveries,
      consumer: DELIVERY_CONSUMER,
      ordered: { queue: ordered, consumer: ORDERED_CONSUMER },
      environment: {
        TABLE_NAME: table.name,
        DELIVERY_QUEUE_URL: deliveries.queue.queueUrl,
        ORDERED_QUEUE_URL: ordered.queue.queueUrl,
        DELIVERY_DEAD_LETTER_QUEUE_URL: deliveries.deadLetters.queueUrl,
        ORDERED_DEAD_LETTER_QUEUE_URL: ordered.deadLetters.queueUrl,
        KMS_KEY_ID: key.arn,
        ...(settings.herokuLogSamples !== undefined && { HEROKU_LOG_SAMPLES: settings.herokuLogSamples }),
        ...(settings.webhookPorts !== undefined && { WEBHOOK_PORTS: settings.webhookPorts }),
        ...(settings.allowedTargets.length > 0 && { ALLOWED_TARGETS: targetsText(settings.allowedTargets) }),
      },
      // A retry is a message that the function sends to its own queue, with a delay.
      feedsItself: true,
    }).function;
    table.allow(
      this.function,
      ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'],
      [PULLS_INDEX],
    );
    key.allow(
      this.function,
      SECRET_GRANTS.filter((grant) => TARGETS.some(({ grants }) => grants.secrets.includes(grant))),
    );
    deliveries.allowSend(this.function);
    ordered.allowSend(this.function);
    deliveries.allowReturn(this.function);
    ordered.allowReturn(this.function);
    this.#allowTargets(props);
  }

  /** Grants what publications need for AWS targets, as far as the installation allows them. */
  #allowTargets({ settings: { allowedTargets } }: DelivererProps): void {
    for (const { actions, resources, conditions } of targetRights(allowedTargets)) {
      this.function.allow(actions, resources, conditions);
      for (const resource of resources.filter((each) => each.endsWith('/*'))) {
        Validations.of(this.function).acknowledge({
          id: `AwsSolutions-IAM5[Resource::${resource}]`,
          reason: 'Objects are written under keys of their own, below what the setting allowedTargets names',
        });
      }
    }
  }
}
