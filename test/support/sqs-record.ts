import type { SQSRecord } from 'aws-lambda';
import type { ReceivedMessage } from '../../src/domain/queues/received-message.ts';

/** A message as Lambda hands it to a function. */
export function sqsRecord(
  message: Pick<ReceivedMessage, 'messageId' | 'body'> & Partial<ReceivedMessage>,
): SQSRecord {
  const {
    messageId,
    body,
    receiptHandle = `receipt-${messageId}`,
    receiveCount = 1,
    sentAtMs = Date.parse('2026-01-01T00:00:00.000Z'),
    firstReceivedAtMs = Date.parse('2026-01-01T00:00:00.500Z'),
  } = message;
  return {
    messageId,
    receiptHandle,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: String(sentAtMs),
      ApproximateFirstReceiveTimestamp: String(firstReceivedAtMs),
      SenderId: '',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: 'us-east-1',
  };
}
