import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ConsumerSettings } from '../../src/settings/runtime.ts';
import { ServiceFunction, type ServiceFunctionProps } from './service-function.ts';
import type { WorkQueue } from './work-queue.ts';

export interface QueueConsumerProps extends Omit<ServiceFunctionProps, 'timeoutSeconds'> {
  readonly queue: WorkQueue;
  readonly consumer: ConsumerSettings;
  /** A FIFO queue that the same function consumes. */
  readonly ordered?: { readonly queue: WorkQueue; readonly consumer: ConsumerSettings };
}

/** A function that Lambda calls with batches of a queue's messages. */
export class QueueConsumer extends Construct {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, props: QueueConsumerProps) {
    super(scope, id);
    const { queue, consumer, ordered, ...functionProps } = props;
    this.function = new ServiceFunction(this, 'Function', {
      ...functionProps,
      timeoutSeconds: consumer.functionTimeoutSeconds,
    });
    this.#consume('Mapping', queue, consumer, {
      maxBatchingWindow: Duration.seconds(consumer.batchWindowSeconds),
    });
    // A FIFO queue does not support a batching window.
    if (ordered !== undefined) this.#consume('OrderedMapping', ordered.queue, ordered.consumer, {});
  }

  #consume(
    id: string,
    { queue }: WorkQueue,
    { batchSize, maximumConcurrency }: ConsumerSettings,
    window: Pick<lambda.EventSourceMappingOptions, 'maxBatchingWindow'>,
  ): void {
    // Permissions of Lambda's poller, which acts on the function's behalf.
    this.function.allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      [queue.queueArn],
    );
    new lambda.EventSourceMapping(this, id, {
      target: this.function.lambda,
      eventSourceArn: queue.queueArn,
      batchSize,
      ...window,
      maxConcurrency: maximumConcurrency,
      reportBatchItemFailures: true,
    });
  }
}
