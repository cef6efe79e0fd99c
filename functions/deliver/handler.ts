import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { timeText } from '../../src/base/calendar.ts';
import type { AttemptIndex } from '../../src/domain/history/attempt-index.ts';
import type { MessageReturns } from '../../src/domain/queues/message-returns.ts';
import type { ReceivedMessage } from '../../src/domain/queues/received-message.ts';
import { flushAppLog } from '../../src/middleware/flush-app-log.ts';
import { flushMetrics } from '../../src/middleware/flush-metrics.ts';
import { isOfFifoQueue, receivedMessages } from '../../src/middleware/received-messages.ts';
import type { AppLog } from '../../src/pipeline/app-log/app-log.ts';
import { Deliverer, type DeliverPorts } from '../../src/pipeline/deliver/deliver.ts';
import { type EndBatchPorts, endBatch } from '../../src/pipeline/end-batch.ts';
import type { FlushableMetrics } from '../../src/telemetry/metrics.ts';

export interface DeliverDependencies extends DeliverPorts, EndBatchPorts {
  readonly attemptIndex?: Pick<AttemptIndex, 'record' | 'flush'> | undefined;
  readonly metrics: FlushableMetrics;
  /** Absent if nothing is written to the logs of apps. */
  readonly appLog?: AppLog | undefined;
  /** Returns of the ordered queue; `returns` are those of the standard queue. */
  readonly orderedReturns: MessageReturns;
}

/**
 * A message that was received this often is logged before it is handled, because a message that kills its consumer
 * leaves no other line. With our own delays, that is 75 s after its first receive.
 */
const RECEIVED_OFTEN = 5;

/** Handles a batch of one of the two delivery queues. SQS redelivers the messages that the answer names. */
export function makeHandler(dependencies: DeliverDependencies) {
  const deliverer = new Deliverer(dependencies);
  return middy<SQSEvent, SQSBatchResponse>()
    .use(flushAppLog(dependencies.appLog, dependencies.metrics))
    .use(flushMetrics(dependencies.metrics))
    .handler(async (event) => {
      const messages = receivedMessages(event);
      logReceivedOften(messages, dependencies);
      const outcome = await deliverer.deliver(messages);
      // Lambda freezes the process after the answer: lines not written by then may never be.
      await dependencies.attemptIndex?.flush();
      const returns = isOfFifoQueue(event) ? dependencies.orderedReturns : dependencies.returns;
      const kept = await endBatch({ ...dependencies, returns }, messages, outcome);
      return { batchItemFailures: kept.map((itemIdentifier) => ({ itemIdentifier })) };
    });
}

function logReceivedOften(messages: readonly ReceivedMessage[], { log }: DeliverDependencies): void {
  for (const { id, receiveCount, firstReceivedAtMs } of messages) {
    if (receiveCount < RECEIVED_OFTEN) continue;
    log.write('DELIVERY_RECEIVED_OFTEN', {
      messageId: id,
      receiveCount,
      firstReceivedAt: timeText(firstReceivedAtMs),
    });
  }
}
