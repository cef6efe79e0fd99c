import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { wholeNumberOf } from '../base/whole-number.ts';
import type { ReceivedMessage } from '../domain/queues/received-message.ts';

/** The messages in the event with which Lambda invokes a queue consumer. */
export function receivedMessages({ Records }: Pick<SQSEvent, 'Records'>): readonly ReceivedMessage[] {
  return Records.map(receivedMessage);
}

/** Lambda passes numbers as text. */
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

/** Whether the batch came from a FIFO queue, whose name ends in `.fifo`. A batch comes from a single queue. */
export function isOfFifoQueue({ Records }: Pick<SQSEvent, 'Records'>): boolean {
  return Records[0]?.eventSourceARN.endsWith('.fifo') === true;
}
