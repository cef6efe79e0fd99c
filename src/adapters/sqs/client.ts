import { SQSClient } from '@aws-sdk/client-sqs';
import { type FarSide, farSideSettings } from '../far-side.ts';
import { nameAwsRequests } from '../name-aws-requests.ts';
import { REQUEST_SLOTS_PLACE, requestSlots } from '../request-slots.ts';

/** Tries of one request after the first one of `SqsBatchSender`; the sender is waiting for an answer. */
const ATTEMPTS_MAX = 3;
const CONNECTION_TIMEOUT_MS = 1_000;
/** A full batch is 1 MiB. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Keep-alive sockets, and so concurrent requests. */
const SOCKETS_MAX = 100;

export function makeSqsClient(farSide: FarSide = {}): SQSClient {
  const agent = { keepAlive: true, maxSockets: SOCKETS_MAX };
  const client = new SQSClient({
    ...farSideSettings(farSide),
    maxAttempts: ATTEMPTS_MAX,
    // The signature already covers the body's SHA-256; another digest of every message would only cost time.
    md5: false,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
  client.middlewareStack.add(requestSlots(SOCKETS_MAX), REQUEST_SLOTS_PLACE);
  return nameAwsRequests(client, 'sqs');
}

/** SQS requires this suffix of FIFO queues' names, and forbids it for others. */
export function isFifo(queueUrl: string): boolean {
  return queueUrl.endsWith('.fifo');
}
