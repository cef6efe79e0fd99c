import type { BrowserContext, Route } from 'playwright-core';

export interface FakeAnswer {
  readonly status?: number;
  readonly body?: unknown;
  /** Instead of a JSON body. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The delay before the answer. */
  readonly afterMs?: number;
  /** The connection breaks instead of an answer. */
  readonly isBroken?: boolean;
}

export interface FakeRequest {
  readonly method: string;
  /** Without the origin; only its user decodes it, segment by segment. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

type FakeHandler = (request: FakeRequest) => FakeAnswer | undefined | Promise<FakeAnswer | undefined>;

/**
 * Answers some of the page's API requests in place of the service, for what would take too long to make real: ten thousand deliveries,
 * an answer that takes seconds, or one that fails. Whatever a handler leaves (`undefined`) goes to the real host.
 */
export class FakeApi {
  readonly requests: FakeRequest[] = [];
  readonly #handlers: FakeHandler[] = [];

  /** The handler added last is asked first. */
  answer(method: string, path: RegExp, answer: FakeAnswer | FakeHandler): void {
    this.#handlers.unshift((request) => {
      if (request.method !== method || !path.test(request.path)) return undefined;
      return typeof answer === 'function' ? answer(request) : answer;
    });
  }

  /** A refusal in the API's words. */
  refuse(method: string, path: RegExp, status: number, id: string, message: string): void {
    this.answer(method, path, {
      status,
      headers: { 'content-type': 'application/problem+json' },
      body: { id, message, type: `urn:sluice:${id}`, title: id, status, detail: message },
    });
  }

  /** From now on every request goes to the real host. */
  clear(): void {
    this.#handlers.length = 0;
  }

  asked(method: string, path: RegExp): FakeRequest[] {
    return this.requests.filter((request) => request.method === method && path.test(request.path));
  }

  async install(context: BrowserContext): Promise<void> {
    await context.route('**/v1/**', (route) => this.#serve(route));
  }

  async #serve(route: Route): Promise<void> {
    const request = readRequest(route);
    this.requests.push(request);
    for (const handler of this.#handlers) {
      const answer = await handler(request);
      if (answer === undefined) continue;
      if (answer.afterMs !== undefined) await new Promise((settle) => setTimeout(settle, answer.afterMs));
      if (answer.isBroken === true) return route.abort('connectionreset');
      return route.fulfill({
        status: answer.status ?? 200,
        headers: { 'content-type': 'application/json', ...answer.headers },
        body: answer.text ?? JSON.stringify(answer.body ?? {}),
      });
    }
    return route.continue();
  }
}

function readRequest(route: Route): FakeRequest {
  const request = route.request();
  const url = new URL(request.url());
  const text = request.postData();
  return {
    method: request.method(),
    path: url.pathname,
    query: url.searchParams,
    body: text === null ? undefined : JSON.parse(text),
    headers: request.headers(),
  };
}
