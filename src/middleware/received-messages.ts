import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { wholeNumberOf } from '../base/whole-number.ts';
import type { ReceivedMessage } from '../domain/queues/received-message.ts';

/** The messages of the event that Lambda calls the consumer of a queue with. */
export function receivedMessages({ Records }: Pick<SQSEvent, 'Records'>): readonly ReceivedMessage[] {
  return Records.map(receivedMessage);
}

/** Numbers come as text. */
function receivedMessage({ messageId, receiptHandle, body, attributes }: SQSRecord): ReceivedMessage {
  return {
    id: messageId,
    receipt: receiptHandle,
    body,
    receiveCount: wholeNumberOf(attributes.ApproximateReceiveCount),
    sentAtMs: wholeNumberOf(attributes.SentTimestamp),
    firstReceivedAtMs: wholeNumberOf(attributes.ApproximateFirstReceiveTimestamp),
    groupId: attributes.MessageGroupId,
  };
}

/** Whether the batch came from a FIFO queue: their names end so. A batch is of one queue. */
export function isOfFifoQueue({ Records }: Pick<SQSEvent, 'Records'>): boolean {
  return Records[0]?.eventSourceARN.endsWith('.fifo') === true;
}
