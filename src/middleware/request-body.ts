import { parseBase64 } from '../base/base64.ts';

/** The bytes of a request body, in whichever form API Gateway passes them. */
export function requestBody({
  body = '',
  isBase64Encoded,
}: {
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
}): Buffer {
  if (!isBase64Encoded) return Buffer.from(body, 'utf8');
  const bytes = parseBase64(body);
  // The sender is not at fault, because API Gateway does the encoding.
  if (bytes === undefined)
    throw new Error('expected a body in base64, as the event says, found another text');
  return bytes;
}
