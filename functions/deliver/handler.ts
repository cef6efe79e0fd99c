import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { Deliverer, type DeliverPorts, type QueuedMessage } from '../../src/domain/deliveries/deliver.ts';
import type { FlushableMetrics } from '../../src/telemetry/metrics.ts';

export interface DeliverDependencies extends DeliverPorts {
  readonly metrics: FlushableMetrics;
}

/** Takes a batch off the delivery queue. What it names in its answer, SQS gives again; the rest is deleted. */
export function makeHandler(dependencies: DeliverDependencies) {
  const deliverer = new Deliverer(dependencies);
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event) => {
    try {
      const failed = await deliverer.deliver(event.Records.map(queuedMessage));
      return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
    } finally {
      dependencies.metrics.flush();
    }
  });
}

function queuedMessage({ messageId, body, attributes: { SentTimestamp } }: SQSRecord): QueuedMessage {
  return { messageId, body, sentAtMs: SentTimestamp === '' ? undefined : Number(SentTimestamp) };
}
