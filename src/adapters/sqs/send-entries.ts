import { type SendMessageBatchRequestEntry, SQSServiceException } from '@aws-sdk/client-sqs';
import type { QueueResult } from '../../domain/deliveries/delivery-queue.ts';
import { errorText } from '../../telemetry/describe-error.ts';
import type { SqsBatchSender } from './batch-sender.ts';

const QUEUED: QueueResult = { queued: true };

/** Sends one request. An entry's id is its message's index in the results. */
export async function sendEntries(
  sender: SqsBatchSender,
  queueUrl: string,
  entries: SendMessageBatchRequestEntry[],
  results: QueueResult[],
): Promise<void> {
  let failure: QueueResult = { queued: false, message: 'the queue did not answer for this message' };
  try {
    const { Successful, Failed } = await sender.send({ QueueUrl: queueUrl, Entries: entries });
    for (const { Id } of Successful ?? []) results[Number(Id)] = QUEUED;
    for (const { Id, Code, Message } of Failed ?? []) {
      results[Number(Id)] = { queued: false, message: `${Code}: ${Message ?? 'no reason given'}` };
    }
  } catch (error) {
    // Whatever failed, nothing is known to be queued; the caller sends again, and a repeat is recognised by its id.
    failure = {
      queued: false,
      message: errorText(error),
      reason: isMisconfigured(error) ? 'misconfigured' : undefined,
    };
  }
  for (const { Id } of entries) results[Number(Id)] ??= failure;
}

/** Matches the SDK's error names; those of KMS come from an encrypted queue. */
const THROTTLING = /Throttl|OverLimit|TooManyRequests|SlowDown/;

/** SQS blames the request, and not for coming too often: the next one will fare no better. */
function isMisconfigured(error: unknown): boolean {
  if (!(error instanceof SQSServiceException) || THROTTLING.test(error.name)) return false;
  // `$fault` is no use: it says "client" for every error that the SDK does not know.
  const { httpStatusCode = 500 } = error.$metadata;
  return httpStatusCode >= 400 && httpStatusCode < 500;
}
