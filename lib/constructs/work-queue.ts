import { Duration } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type ConsumerSettings, QUEUE_RETENTION_SECONDS } from '../../src/settings/runtime.ts';
import type { ServiceFunction } from './service-function.ts';

/** Order, deduplication and throughput are per group, and there are as many groups as keys. */
const FIFO = {
  fifo: true,
  deduplicationScope: sqs.DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
} as const;

export interface WorkQueueProps {
  readonly consumer: ConsumerSettings;
  readonly keepsOrder?: boolean;
}

/** A queue with a dead-letter queue for messages that keep killing their consumer: both standard, or both FIFO. */
export class WorkQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const common = {
      // SSE-SQS needs no KMS request per message, and one owner's payloads need no separate key.
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.seconds(QUEUE_RETENTION_SECONDS),
      ...(props.keepsOrder === true && FIFO),
    };
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', common);
    this.queue = new sqs.Queue(this, 'Queue', {
      ...common,
      visibilityTimeout: Duration.seconds(props.consumer.visibilityTimeoutSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.consumer.maxReceiveCount },
    });
  }

  /** Lets the function send messages to the queue. */
  allowSend(sender: ServiceFunction): void {
    sender.allow(['sqs:SendMessage'], [this.queue.queueArn]);
  }

  /** Lets the queue's consumer set when a failed message returns, and move one to the dead letters. */
  allowReturn(consumer: ServiceFunction): void {
    consumer.allow(['sqs:ChangeMessageVisibility'], [this.queue.queueArn]);
    consumer.allow(['sqs:SendMessage'], [this.deadLetters.queueArn]);
  }

  /** Lets the function list the dead letters and redrive them. */
  allowRedrive(operator: ServiceFunction): void {
    operator.allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      [this.deadLetters.queueArn],
    );
    this.allowSend(operator);
  }
}
