/** A management API request with an `Idempotency-Key`: a repeat with the same key gets the original answer. */
export interface KeyedRequest {
  /** The app that the request concerns; `INSTALLATION` if it concerns no app. */
  readonly appId: string;
  /** SHA-256 in hex of the caller, the operation and the key. */
  readonly keyHash: string;
  /** SHA-256 in hex of the request content. Different content under the same key is a caller's mistake. */
  readonly contentHash: string;
  /** The one attempt that may write the answer. */
  readonly tryId: string;
  /** That attempt may still be running until then; afterwards another one may begin. */
  readonly busyUntilMs: number;
  readonly expiresAtMs: number;
  /** Encrypted; absent until the request has been answered. */
  readonly answer?: string | undefined;
}

export const INSTALLATION = 'installation';

export interface KeyedRequestStore {
  /**
   * Stores the request, unless one with its key exists that is answered, has other content, or is still running; then
   * returns that one. An expired request does not count.
   */
  begin(
    request: KeyedRequest,
    nowMs: number,
  ): Promise<{ readonly kind: 'begun' } | { readonly kind: 'there'; readonly request: KeyedRequest }>;
  /** Writes the answer if this attempt is still the latest. */
  finish(request: KeyedRequest & { readonly answer: string }): Promise<'stored' | 'gone'>;
  /** Removes the request if this attempt is still the latest and no answer is stored. */
  release(request: KeyedRequest): Promise<void>;
}

/** Whether a request may begin in place of the stored one. */
export function mayReplace(stored: KeyedRequest, request: KeyedRequest, nowMs: number): boolean {
  if (stored.expiresAtMs <= nowMs) return true;
  return (
    stored.answer === undefined && stored.contentHash === request.contentHash && stored.busyUntilMs <= nowMs
  );
}
