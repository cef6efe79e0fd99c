/**
 * What SQS does not take, and refuses a whole batch for, by its documentation (which leaves out what lies beyond U+FFFF,
 * as fauxqs does; whether the service takes it or not, escaped it passes).
 */
const UNSENDABLE = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g;

/**
 * A message body that SQS takes, and its size. Bodies are JSON, where such characters stand in strings only, so that
 * writing them escaped changes nothing of what they say.
 */
export function sendableBody(body: string): { readonly body: string; readonly byteLength: number } {
  const byteLength = Buffer.byteLength(body);
  // ASCII, as most bodies are: one byte a character, and nothing to look for.
  if (byteLength === body.length || body.search(UNSENDABLE) < 0) return { body, byteLength };
  const escaped = body.replace(
    UNSENDABLE,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return { body: escaped, byteLength: Buffer.byteLength(escaped) };
}
