import { Duration } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type ConsumerSettings, QUEUE_RETENTION_SECONDS } from '../../src/settings/runtime.ts';
import type { ServiceFunction } from './service-function.ts';

/** A standard queue, and where its messages go that keep killing their consumer. */
export class WorkQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, props: { readonly consumer: ConsumerSettings }) {
    super(scope, id);
    const common = {
      // SQS's own key: no KMS request for each message. The payloads of one installation have one owner.
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.seconds(QUEUE_RETENTION_SECONDS),
    };
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', common);
    this.queue = new sqs.Queue(this, 'Queue', {
      ...common,
      visibilityTimeout: Duration.seconds(props.consumer.visibilityTimeoutSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.consumer.maxReceiveCount },
    });
  }

  /** Lets the function put messages on the queue. */
  allowSend(sender: ServiceFunction): void {
    sender.allow(['sqs:SendMessage'], [this.queue.queueArn]);
  }

  /** Lets the queue's consumer say when a message that it could not end comes again, and put one among the dead letters. */
  allowReturn(consumer: ServiceFunction): void {
    consumer.allow(['sqs:ChangeMessageVisibility'], [this.queue.queueArn]);
    consumer.allow(['sqs:SendMessage'], [this.deadLetters.queueArn]);
  }

  /** Lets the function look at the dead letters, and put them back on the queue. */
  allowRedrive(operator: ServiceFunction): void {
    operator.allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      [this.deadLetters.queueArn],
    );
    this.allowSend(operator);
  }
}
