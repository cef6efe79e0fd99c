import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Deliverer, type DeliverPorts } from '../../src/domain/deliveries/deliver.ts';

/** Takes a batch off the delivery queue. What it names in its answer, SQS gives again; the rest is deleted. */
export function makeHandler(ports: DeliverPorts) {
  const deliverer = new Deliverer(ports);
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event) => {
    const failed = await deliverer.deliver(event.Records.map(({ messageId, body }) => ({ messageId, body })));
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  });
}
