/**
 * CloudEvents HTTP binding: header values are printable ASCII; space, `"`, `%` and everything else is percent-encoded
 * UTF-8.
 */
export function encodeAttribute(value: string): string {
  return value.replace(/[^\x21\x23\x24\x26-\x7e]+/g, (run) =>
    [...Buffer.from(run, 'utf8')]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
