import type { QueueLimits, QueueResult } from '../domain/deliveries/delivery-queue.ts';

/** SQS's limit for one message, and for all messages of a request together. */
export const MESSAGE_BYTES_MAX = 1_048_576;

/** No UTF-16 unit takes more than the six bytes of its escape. */
const SURELY_FITTING_LENGTH = Math.floor(MESSAGE_BYTES_MAX / 6);

/** SQS's limits. The embedded queues enforce them as well, so that what works on a laptop works on AWS. */
export const QUEUE_LIMITS: QueueLimits = {
  messageBytesMax: MESSAGE_BYTES_MAX,
  sizeOf: (body) => encodeBody(body).byteLength,
  fits: (body) => body.length <= SURELY_FITTING_LENGTH || encodeBody(body).byteLength <= MESSAGE_BYTES_MAX,
  messagesPerRequestMax: 10,
  delaySecondsMax: 900,
};

export interface EncodedBody {
  readonly body: string;
  readonly byteLength: number;
}

/**
 * Characters for which SQS refuses a whole batch. Its documentation leaves out what lies beyond U+FFFF, and fauxqs
 * refuses that. Whether or not the service accepts those characters, it accepts them escaped.
 */
const UNSENDABLE = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g;

/**
 * The body in the form that SQS accepts. Bodies are JSON, in which such characters occur only inside strings, so
 * escaping them does not change what the JSON says.
 */
export function encodeBody(body: string): EncodedBody {
  const byteLength = Buffer.byteLength(body);
  // Most bodies are ASCII: one byte a character, and nothing to look for.
  if (byteLength === body.length || body.search(UNSENDABLE) < 0) return { body, byteLength };
  const escaped = body.replace(
    UNSENDABLE,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return { body: escaped, byteLength: Buffer.byteLength(escaped) };
}

/** The queue's answer to a message that is too large; undefined if the message is not. */
export function sizeRefusal({ byteLength }: EncodedBody): QueueResult | undefined {
  if (byteLength <= MESSAGE_BYTES_MAX) return undefined;
  return {
    queued: false,
    message: `expected a message of at most ${MESSAGE_BYTES_MAX} bytes, found ${byteLength}`,
  };
}
