import type { Dispatcher } from 'undici';
import { parseRetryAfterMs } from '../../base/http-date.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts';
import type { GuardPorts } from '../outbound/guarded-agents.ts';
import { guardedRequest } from '../outbound/guarded-request.ts';

export interface HttpCall {
  /** The app whose connections are used. */
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

/** Never throws for network errors. */
export type Http = (call: HttpCall) => Promise<HttpAnswer>;

/** A connector's schema may have a thousand fields for each of its objects. */
const ANSWER_BYTES_MAX = 4 * 1_048_576;

/** Uses guarded connections, because the host comes from an answer of Salesforce. Follows no redirects. */
export function makeHttp(ports: GuardPorts): Http & { close(): Promise<void> } {
  let loading: Promise<{ of(appId: string): Dispatcher; close(): Promise<void> }> | undefined;
  // Loaded with the first request, so that the API and installations that only have webhooks start without it.
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
    if (answer.kind === 'no-answer') return { kind: 'no-answer', message: networkFailureText(answer.error) };
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

/** Describes the network error, without Node's advice, which is meant for operators. */
function networkFailureText(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return `${error.message.split(';', 1)[0]}${code}`;
}

/** Empty if the body is not a JSON object, for example a proxy's page. */
export function jsonFields(body: string): JsonObject {
  try {
    const value = parseJson(body);
    return isJsonObject(value) ? value : {};
  } catch {
    // The status is all that is known.
    return {};
  }
}

const DETAIL_LENGTH_MAX = 200;

/** The message of an error's body, if it is in one of the known places. Begins with a colon, or is empty. */
export function errorDetail(body: string): string {
  const value = parsed(body);
  const { message, error_description: description, error, errorCode } = value;
  const parts = [errorCode, error, message ?? description].filter(
    (part) => typeof part === 'string' && part !== '',
  );
  const text = [...new Set(parts)].join(': ').replaceAll(/\p{C}+/gu, ' ');
  return text === '' ? '' : `: ${text.slice(0, DETAIL_LENGTH_MAX)}`;
}

/** The REST API returns errors as a list, the Ingestion API as an object. */
function parsed(body: string): JsonObject {
  try {
    const value = parseJson(body);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return isJsonObject(first) ? first : {};
  } catch {
    // The status is all that is known.
    return {};
  }
}
