/** A message on the poll queue: the feeds that need a worker. */
export interface PollMessage {
  readonly feedIds: readonly string[];
}

export class PollMessageError extends Error {
  override readonly name = 'PollMessageError';
}

export function pollMessageBody(feedIds: readonly string[]): string {
  return JSON.stringify({ v: 1, feedIds });
}

/** Throws `PollMessageError`: the message is not ours and ends in the DLQ. */
export function parsePollMessage(body: string): PollMessage {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch (cause) {
    throw new PollMessageError('expected a poll message in JSON, found something else', { cause });
  }
  if (typeof message === 'object' && message !== null && 'v' in message && message.v === 1) {
    const feedIds: unknown = 'feedIds' in message ? message.feedIds : undefined;
    if (Array.isArray(feedIds) && feedIds.every((id): id is string => typeof id === 'string')) {
      return { feedIds };
    }
  }
  throw new PollMessageError('expected a poll message of version 1 with feed ids, found something else');
}
