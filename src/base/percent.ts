/** Decodes percent-encoding (RFC 3986, section 2.1); undefined if it is malformed or the bytes are not UTF-8. */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // `decodeURIComponent` throws nothing else.
    return undefined;
  }
}
