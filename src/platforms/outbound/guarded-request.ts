import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

export interface GuardedRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For everything from the name look-up to the end of the answer. */
  readonly timeoutMs: number;
  /** The rest of the answer is dropped. */
  readonly bytesMax: number;
}

export type GuardedAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: string;
    }
  | { readonly kind: 'no-answer'; readonly error: Error };

export class TimeUpError extends Error {
  override readonly name = 'TimeUpError';

  constructor(timeoutMs: number) {
    super(`there was no answer within ${timeoutMs / 1_000} s`);
  }
}

/** Sends one small request through a guarded agent. Never throws for network errors; redirects are answers. */
export function guardedRequest(
  agent: Dispatcher,
  { method, url, headers, body, timeoutMs, bytesMax }: GuardedRequest,
): Promise<GuardedAnswer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    let head: { readonly status: number; readonly headers: IncomingHttpHeaders } | undefined;
    let controller: Dispatcher.DispatchController | undefined;
    const settle = (answer: GuardedAnswer) => {
      clearTimeout(deadline);
      resolve(answer);
    };
    const fail = (error: Error) => settle({ kind: 'no-answer', error });
    const end = () => {
      if (head === undefined) fail(new Error('the connection was closed before an answer came'));
      else settle({ kind: 'answer', ...head, body: Buffer.concat(parts).toString('utf8') });
    };
    const deadline = setTimeout(() => {
      const error = new TimeUpError(timeoutMs);
      fail(error);
      controller?.abort(error);
    }, timeoutMs);
    agent.dispatch(
      { origin: url.origin, path: `${url.pathname}${url.search}`, method, headers, body: body ?? null },
      {
        onRequestStart(started) {
          controller = started;
        },
        onResponseStart(_controller, status, answerHeaders) {
          if (status >= 200) head = { status, headers: answerHeaders };
        },
        onResponseData(_controller, chunk) {
          const room = bytesMax - bytes;
          bytes += chunk.length;
          if (room > 0) parts.push(chunk.subarray(0, room));
          if (bytes <= bytesMax) return;
          end();
          controller?.abort(new Error('the answer is too long'));
        },
        onResponseEnd: end,
        onResponseError(_controller, error) {
          fail(error);
        },
      },
    );
  });
}
