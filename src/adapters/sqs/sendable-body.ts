/** The only characters of JSON text that SQS refuses, and with them the whole batch that they came in. */
const UNSENDABLE = /[\uFFFE\uFFFF]/g;

/**
 * A message body that SQS takes, and its size. Bodies are JSON, where the two characters can stand in strings only, so
 * that writing them escaped changes nothing of what they say.
 */
export function sendableBody(body: string): { readonly body: string; readonly byteLength: number } {
  const byteLength = Buffer.byteLength(body);
  // ASCII, as most bodies are: one byte a character, and nothing to look for.
  if (byteLength === body.length || body.search(UNSENDABLE) < 0) return { body, byteLength };
  const escaped = body.replace(UNSENDABLE, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
  return { body: escaped, byteLength: Buffer.byteLength(escaped) };
}
