import type { SQSRecord } from 'aws-lambda';
import type { ReceivedMessage } from '../../src/domain/queues/received-message.ts';

/** A message as Lambda hands it to a function. */
export function sqsRecord(
  message: Pick<ReceivedMessage, 'id' | 'body'> & Partial<ReceivedMessage>,
  eventSourceARN = '',
): SQSRecord {
  const {
    id,
    body,
    groupId,
    receipt = `receipt-${id}`,
    receiveCount = 1,
    sentAtMs = Date.parse('2026-01-01T00:00:00.000Z'),
    firstReceivedAtMs = Date.parse('2026-01-01T00:00:00.500Z'),
  } = message;
  return {
    messageId: id,
    receiptHandle: receipt,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: String(sentAtMs),
      ApproximateFirstReceiveTimestamp: String(firstReceivedAtMs),
      SenderId: '',
      ...(groupId !== undefined && { MessageGroupId: groupId }),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: 'us-east-1',
  };
}
