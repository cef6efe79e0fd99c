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
