import { parseJson } from './json.ts';
import { ApiProblem } from './problem.ts';

/** A request without an answer after this time is given up: a page that waits for ever says nothing. */
const ANSWER_WITHIN_MS = 30_000;

export interface Answer<T> {
  readonly value: T;
  readonly etag: string | undefined;
  /** The address of a list's next page, relative to the request's own, as given in the header `Link`. */
  readonly next: string | undefined;
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

let sessionEnded: () => void = () => {};

/** Calls `listener` when the service says that the session is over. There is one page, and therefore one listener. */
export function onSessionEnd(listener: () => void): void {
  sessionEnded = listener;
}

/** Throws `ApiProblem`. `path` begins with `/`, as `/v1/apps`; use `tenantPath` for what belongs to an app. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const answer = await send(path, options);
  return {
    value: await bodyOf<T>(answer),
    etag: answer.headers.get('etag') ?? undefined,
    next: nextOf(answer),
  };
}

/** Returns the body alone. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request<T>(path, { signal })).value;
}

/** `undefined` while the answer still has the tag `etag`. */
export async function getChanged<T>(
  path: string,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<Answer<T> | undefined> {
  const answer = await send(path, {
    signal,
    ...(etag !== undefined && { headers: { 'if-none-match': etag } }),
  });
  if (answer.status === 304) return undefined;
  return {
    value: await bodyOf<T>(answer),
    etag: answer.headers.get('etag') ?? undefined,
    next: nextOf(answer),
  };
}

export function tenantPath(
  app: string,
  segments: readonly string[],
  query?: Readonly<Record<string, string | number | undefined>>,
): string {
  const path = ['', 'v1', 'tenants', app, ...segments].map(encodeURIComponent).join('/');
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const { method = 'GET', body, headers, signal } = options;
  const inTime = AbortSignal.timeout(ANSWER_WITHIN_MS);
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      // The browser's own cache would answer a 304 for us, and the page would parse and draw the same content again.
      cache: 'no-store',
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        'x-sluice-console': '1',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: signal === undefined ? inTime : AbortSignal.any([signal, inTime]),
    });
  } catch (error) {
    // Whoever aborted knows why.
    if (signal?.aborted === true) throw error;
    throw inTime.aborted
      ? new ApiProblem(0, 'no-answer', `Sluice did not answer within ${ANSWER_WITHIN_MS / 1_000} seconds.`, {
          cause: error,
        })
      : new ApiProblem(
          0,
          'unreachable',
          'Sluice cannot be reached from this browser. Is it running, and is the network up?',
          { cause: error },
        );
  }
  if (answer.ok || answer.status === 304) return answer;
  const problem = await problemOf(answer);
  if (answer.status === 401 && path.startsWith('/v1/')) sessionEnded();
  throw problem;
}

async function bodyOf<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  try {
    return parseJson<T>(text);
  } catch (error) {
    throw new ApiProblem(
      answer.status,
      'unreadable-answer',
      `Expected JSON from Sluice, found ${JSON.stringify(text.slice(0, 40))}. Is there a proxy in between?`,
      { cause: error },
    );
  }
}

async function problemOf(answer: Response): Promise<ApiProblem> {
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : undefined;
  const text = await answer.text().catch(() => ''); // The status alone is enough of an answer.
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'message' in body && 'id' in body) {
      return new ApiProblem(answer.status, String(body.id), String(body.message), { retryAfterSeconds });
    }
  } catch {
    // Not from Sluice itself, such as a gateway's page: reported below.
  }
  return new ApiProblem(answer.status, `http-${answer.status}`, `The answer was HTTP ${answer.status}.`, {
    retryAfterSeconds,
  });
}

function nextOf(answer: Response): string | undefined {
  return /<([^>]*)>;\s*rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
}
