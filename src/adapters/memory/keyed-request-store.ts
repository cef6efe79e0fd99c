import {
  type KeyedRequest,
  type KeyedRequestStore,
  mayReplace,
} from '../../domain/apps/keyed-request-store.ts';
import { type MemoryState, removeWhere } from './state.ts';

export class MemoryKeyedRequestStore implements KeyedRequestStore {
  readonly #requests: Map<string, KeyedRequest>;

  constructor(state: MemoryState) {
    this.#requests = state.keyedRequests;
  }

  async begin(
    request: KeyedRequest,
    nowMs: number,
  ): Promise<{ readonly kind: 'begun' } | { readonly kind: 'there'; readonly request: KeyedRequest }> {
    const stored = this.#requests.get(keyOf(request));
    if (stored !== undefined && !mayReplace(stored, request, nowMs))
      return { kind: 'there', request: stored };
    removeWhere(this.#requests, ({ expiresAtMs }) => expiresAtMs <= nowMs);
    this.#requests.set(keyOf(request), request);
    return { kind: 'begun' };
  }

  async finish(request: KeyedRequest & { readonly answer: string }): Promise<'stored' | 'gone'> {
    if (this.#requests.get(keyOf(request))?.tryId !== request.tryId) return 'gone';
    this.#requests.set(keyOf(request), request);
    return 'stored';
  }

  async release(request: KeyedRequest): Promise<void> {
    const stored = this.#requests.get(keyOf(request));
    if (stored?.tryId === request.tryId && stored.answer === undefined) this.#requests.delete(keyOf(request));
  }
}

function keyOf({ appId, keyHash }: KeyedRequest): string {
  return `${appId} ${keyHash}`;
}
