import type { Dispatcher } from 'undici';
import { parseRetryAfterMs } from '../../base/http-date.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts';
import type { GuardPorts } from '../outbound/guarded-agents.ts';
import { guardedRequest } from '../outbound/guarded-request.ts';

export interface HttpCall {
  /** Whose connections are used. */
  readonly appId: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly token?: string;
  /** JSON, or a form. */
  readonly body?: string | URLSearchParams;
  readonly timeoutMs: number;
}

export type HttpAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly retryAfterMs: number | undefined;
    }
  | { readonly kind: 'no-answer'; readonly message: string };

/** Never throws for what the network did. */
export type Http = (call: HttpCall) => Promise<HttpAnswer>;

/** The schema of a connector may have a thousand fields to each of its objects. */
const ANSWER_BYTES_MAX = 4 * 1_048_576;

/** Over guarded connections: where they go is what an answer of Salesforce named. Follows no redirect. */
export function makeHttp(ports: GuardPorts): Http & { close(): Promise<void> } {
  let loading: Promise<{ of(appId: string): Dispatcher; close(): Promise<void> }> | undefined;
  // Loaded with the first request: an installation of webhooks, and the API, start without.
  const load = async () => {
    const { GuardedAgents } = await import('../outbound/guarded-agents.ts');
    return new GuardedAgents(ports);
  };
  const http: Http = async ({ appId, method, url, token, body, timeoutMs }) => {
    loading ??= load();
    const isForm = body instanceof URLSearchParams;
    const answer = await guardedRequest((await loading).of(appId), {
      method,
      url: new URL(url),
      headers: {
        accept: 'application/json',
        'user-agent': 'Sluice',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && {
          'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
        }),
      },
      ...(body !== undefined && { body: body.toString() }),
      timeoutMs,
      bytesMax: ANSWER_BYTES_MAX,
    });
    if (answer.kind === 'no-answer') return { kind: 'no-answer', message: whyNoAnswer(answer.error) };
    const { status, headers } = answer;
    const header = headers['retry-after'];
    return {
      kind: 'answer',
      status,
      body: answer.body,
      retryAfterMs: parseRetryAfterMs((Array.isArray(header) ? header[0] : header) ?? '', ports.clock.now()),
    };
  };
  return Object.assign(http, {
    close: async () => {
      await (await loading)?.close();
    },
  });
}

/** What the network did. Node adds advice for who runs it, which is not who reads this. */
function whyNoAnswer(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return `${error.message.split(';', 1)[0]}${code}`;
}

/** Empty for what is no JSON object: a page of a proxy, say. */
export function jsonFields(body: string): JsonObject {
  try {
    const value = parseJson(body);
    return isJsonObject(value) ? value : {};
  } catch {
    // The status says what there is to say.
    return {};
  }
}

const SAID_LENGTH_MAX = 200;

/** What an error's body says, as far as it is known where such bodies say it. Begins with a colon, or is empty. */
export function said(body: string): string {
  const value = parsed(body);
  const { message, error_description: description, error, errorCode } = value;
  const parts = [errorCode, error, message ?? description].filter(
    (part) => typeof part === 'string' && part !== '',
  );
  const text = [...new Set(parts)].join(': ').replaceAll(/\p{C}+/gu, ' ');
  return text === '' ? '' : `: ${text.slice(0, SAID_LENGTH_MAX)}`;
}

/** The REST API answers errors as a list, the Ingestion API as an object. */
function parsed(body: string): JsonObject {
  try {
    const value = parseJson(body);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return isJsonObject(first) ? first : {};
  } catch {
    // As above.
    return {};
  }
}
