import { systemClock } from '../../../base/clock.ts';
import { parseHttpDate } from '../../../base/http-date.ts';

/** One form post to an OAuth endpoint. */
export interface OAuthHttp {
  /** Never throws for what the network did. */
  post(url: string, form: { readonly [name: string]: string }): Promise<OAuthAnswer>;
}

export type OAuthAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      /** Of the `Date` header: how far our clock is off. */
      readonly serverTimeMs: number | undefined;
    }
  | { readonly kind: 'no-answer'; readonly message: string };

/** Salesforce answers a token request within a second or two; a Lambda behind an HTTP API has 29. */
const TIMEOUT_MS = 15_000;
/** Answers are a kilobyte or two; an HTML error page may be some tens. */
const BODY_BYTES_MAX = 262_144;

export const oauthHttp: OAuthHttp = {
  async post(url, form) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams(form),
        // The form holds secrets: it is not to follow a redirect to another host.
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const date = response.headers.get('date');
      return {
        kind: 'answer',
        status: response.status,
        body: await bodyText(response),
        serverTimeMs: date === null ? undefined : parseHttpDate(date, systemClock.now()),
      };
    } catch (error) {
      return { kind: 'no-answer', message: describeNetworkError(error) };
    }
  },
};

async function bodyText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  if (response.body === null) return '';
  for await (const part of response.body) {
    length += part.byteLength;
    // Leaving the loop cancels what is still to come.
    if (length > BODY_BYTES_MAX) break;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** What `fetch` met, without the request: that holds secrets. */
function describeNetworkError(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed';
  if (error.name === 'TimeoutError') return `there was no answer within ${TIMEOUT_MS / 1_000} s`;
  const cause: unknown = error.cause;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
