/** A request of the management API with an `Idempotency-Key`: repeated with the same key, it gets the answer that it got. */
export interface KeyedRequest {
  /** The app that it is about; `INSTALLATION` for one that is about no app. */
  readonly appId: string;
  /** SHA-256 in hex of who asks, what for, and the key. */
  readonly keyHash: string;
  /** SHA-256 in hex of what was sent: another request under the same key is a mistake of the caller. */
  readonly contentHash: string;
  /** Of the one try that may write the answer. */
  readonly tryId: string;
  /** Until when that try may still be at work; later, another may begin. */
  readonly busyUntilMs: number;
  readonly expiresAtMs: number;
  /** Encrypted; absent until there is one. */
  readonly answer?: string | undefined;
}

export const INSTALLATION = 'installation';

export interface KeyedRequestStore {
  /**
   * Stores the request, unless one with its key is there: answered, of other contents, or still at work. That one is
   * answered then. What has expired is not there.
   */
  begin(
    request: KeyedRequest,
    nowMs: number,
  ): Promise<{ readonly kind: 'begun' } | { readonly kind: 'there'; readonly request: KeyedRequest }>;
  /** Writes the answer, if the try is still the one that began last. */
  finish(request: KeyedRequest & { readonly answer: string }): Promise<'stored' | 'gone'>;
  /** Forgets the request, if the try is still the one that began last and there is no answer. */
  release(request: KeyedRequest): Promise<void>;
}

/** Whether a request may begin in place of the one that is stored. */
export function mayReplace(stored: KeyedRequest, request: KeyedRequest, nowMs: number): boolean {
  if (stored.expiresAtMs <= nowMs) return true;
  return (
    stored.answer === undefined && stored.contentHash === request.contentHash && stored.busyUntilMs <= nowMs
  );
}
