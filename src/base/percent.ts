/** A text without its percent-encoding (RFC 3986, section 2.1); undefined where that is none, or stands for bytes that are no UTF-8. */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // The one thing that `decodeURIComponent` throws.
    return undefined;
  }
}
