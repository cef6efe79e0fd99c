import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type ReceivedMessage, receivedMessage } from '../../src/domain/queues/received-message.ts';
import { flushMetrics } from '../../src/middleware/flush-metrics.ts';
import { Deliverer, type DeliverPorts } from '../../src/pipeline/deliver/deliver.ts';
import { type GiveBackPorts, giveBack } from '../../src/pipeline/end-batch.ts';
import type { FlushableMetrics } from '../../src/telemetry/metrics.ts';

export interface DeliverDependencies extends DeliverPorts, GiveBackPorts {
  readonly metrics: FlushableMetrics;
}

/**
 * A message that comes so often is logged before it is handled: one that kills its consumer leaves no other line. By our
 * own delays that is 75 s after the first receive.
 */
const RECEIVED_OFTEN = 5;

/** Takes a batch off the delivery queue. What it names in its answer, SQS gives again; the rest is deleted. */
export function makeHandler(dependencies: DeliverDependencies) {
  const deliverer = new Deliverer(dependencies);
  return middy<SQSEvent, SQSBatchResponse>()
    .use(flushMetrics(dependencies.metrics))
    .handler(async (event) => {
      const messages = event.Records.map(receivedMessage);
      logReceivedOften(messages, dependencies);
      const kept = await giveBack(dependencies, messages, await deliverer.deliver(messages));
      return { batchItemFailures: kept.map((itemIdentifier) => ({ itemIdentifier })) };
    });
}

function logReceivedOften(messages: readonly ReceivedMessage[], { log }: DeliverDependencies): void {
  for (const { messageId, receiveCount, firstReceivedAtMs } of messages) {
    if (receiveCount < RECEIVED_OFTEN) continue;
    log.write('DELIVERY_RECEIVED_OFTEN', {
      messageId,
      receiveCount,
      firstReceivedAt: new Date(firstReceivedAtMs).toISOString(),
    });
  }
}
