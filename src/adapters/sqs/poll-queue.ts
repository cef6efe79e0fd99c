import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { pollMessageBody } from '../../domain/feeds/poll-message.ts';
import { FEEDS_PER_POLL_MAX, type PollQueue } from '../../domain/feeds/poll-queue.ts';

export class SqsPollQueue implements PollQueue {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async wake(feedIds: readonly string[]): Promise<void> {
    for (let start = 0; start < feedIds.length; start += FEEDS_PER_POLL_MAX) {
      await this.#client.send(
        new SendMessageCommand({
          QueueUrl: this.#queueUrl,
          MessageBody: pollMessageBody(feedIds.slice(start, start + FEEDS_PER_POLL_MAX)),
        }),
      );
    }
  }
}
