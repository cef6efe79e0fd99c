import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, ApiError, apiPath, type Method, UnansweredError } from '../api-client.ts';
import type { AppApi } from '../sluice-command.ts';
import type { Answers } from './current.ts';
import type { Item } from './setup.ts';

/** The waits before a request is repeated. They outlast a restart of the service and a used-up rate. */
const WAITS_MS = [500, 1_000, 2_000, 5_000] as const;

/** An app's resources, through the management API. */
export class SetupService {
  readonly #api: AppApi;

  constructor(api: AppApi) {
    this.#api = api;
  }

  async read(): Promise<Answers> {
    const get = async (path: string) => (await this.#send('GET', path)).body;
    const [authorizations, subscriptions, publications, streams] = await Promise.all([
      get('/authorizations'),
      get('/subscriptions'),
      get('/publications'),
      get('/streams'),
    ]);
    return { authorizations, subscriptions, publications, streams };
  }

  /** Shows the resource, with the tag that a change has to name. */
  show(item: Item): Promise<Answer> {
    return this.#send('GET', pathOf(item));
  }

  /**
   * Repeats an unanswered request with the same key: the service does not create twice, and gives the first answer
   * again, with the secrets that are shown once.
   */
  async create(item: Item, body: object): Promise<unknown> {
    return (await this.#send('POST', listOf(item), body, { 'idempotency-key': randomUUID() })).body;
  }

  /** The service refuses with 412 if the resource has changed since this tag. */
  async change(item: Item, body: object, etag: string | undefined): Promise<unknown> {
    return (await this.#send('PATCH', pathOf(item), body, ifMatch(etag))).body;
  }

  async remove(item: Item, etag: string | undefined): Promise<void> {
    await this.#send('DELETE', pathOf(item), undefined, ifMatch(etag));
  }

  async #send(
    method: Method,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    for (const waitMs of WAITS_MS) {
      try {
        return await this.#api.exchange(method, path, body, headers);
      } catch (error) {
        if (!mayBeSentAgain(error, method)) throw error;
        // The answer to the next attempt tells the outcome.
        await sleep(waitMs);
      }
    }
    return this.#api.exchange(method, path, body, headers);
  }
}

function mayBeSentAgain(error: unknown, method: Method): boolean {
  // Nothing was done: there were too many requests, or one with the same key is still running.
  if (error instanceof ApiError) return error.status === 429 || error.errorId === 'try-again';
  // Only a creation has a key. A repeated change would fail by its tag, and a repeated deletion because the resource is
  // gone.
  return error instanceof UnansweredError && method === 'POST';
}

function ifMatch(etag: string | undefined): Record<string, string> {
  // An older service sends no tag.
  return etag === undefined ? {} : { 'if-match': etag };
}

function pathOf(item: Item): string {
  switch (item.kind) {
    case 'stream':
      return apiPath`/streams/${item.source}/${item.target}`;
    case 'authorization':
      return apiPath`/authorizations/${item.name}`;
    case 'subscription':
      return apiPath`/subscriptions/${item.name}`;
    case 'publication':
      return apiPath`/publications/${item.name}`;
    default:
      return item satisfies never;
  }
}

function listOf(item: Item): string {
  switch (item.kind) {
    case 'stream':
      return '/streams';
    case 'authorization':
      return apiPath`/platforms/${item.platform}/authorizations`;
    case 'subscription':
      return apiPath`/platforms/${item.platform}/subscriptions`;
    case 'publication':
      return apiPath`/platforms/${item.platform}/publications`;
    default:
      return item satisfies never;
  }
}
