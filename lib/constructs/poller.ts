import { Construct } from 'constructs';
import { POLL_CONSUMER } from '../../src/settings/runtime.ts';
import { DUE_INDEX } from '../../src/settings/table.ts';
import type { EventTable } from './event-table.ts';
import { QueueConsumer } from './queue-consumer.ts';
import type { SecretKey } from './secret-key.ts';
import type { FunctionDefaults, ServiceFunction } from './service-function.ts';
import type { WorkQueue } from './work-queue.ts';

export interface PollerProps extends FunctionDefaults {
  readonly table: EventTable;
  readonly key: SecretKey;
  readonly deliveries: WorkQueue;
  readonly ordered: WorkQueue;
  readonly polls: WorkQueue;
}

/** Reads feeds from Salesforce for as long as an invocation lasts, then hands them over through its own queue. */
export class Poller extends Construct {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, props: PollerProps) {
    super(scope, id);
    const { table, key, deliveries, ordered, polls, bundle, settings } = props;
    this.function = new QueueConsumer(this, 'PubsubPoller', {
      bundle,
      settings,
      name: 'pubsub-poller',
      description: 'Reads feeds from Salesforce',
      queue: polls,
      consumer: POLL_CONSUMER,
      environment: {
        TABLE_NAME: table.name,
        DELIVERY_QUEUE_URL: deliveries.queue.queueUrl,
        ORDERED_QUEUE_URL: ordered.queue.queueUrl,
        POLL_QUEUE_URL: polls.queue.queueUrl,
        POLL_DEAD_LETTER_QUEUE_URL: polls.deadLetters.queueUrl,
        KMS_KEY_ID: key.arn,
        ...(settings.herokuLogSamples !== undefined && { HEROKU_LOG_SAMPLES: settings.herokuLogSamples }),
      },
      feedsItself: true,
    }).function;
    // A worker also queries the index of due items for feeds that nobody reads, and reads those too.
    table.allow(
      this.function,
      ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'],
      [DUE_INDEX],
    );
    key.allow(this.function, ['Encrypt', 'Decrypt']);
    deliveries.allowSend(this.function);
    ordered.allowSend(this.function);
    polls.allowSend(this.function);
    polls.allowReturn(this.function);
  }
}
