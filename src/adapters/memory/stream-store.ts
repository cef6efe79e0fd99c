import type { Stream } from '../../domain/streams/stream.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import { compareText, type MemoryState } from './state.ts';

export class MemoryStreamStore implements StreamStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async create(stream: Stream): Promise<'created' | 'exists'> {
    const key = keyOf(stream.appId, stream.subscriptionId, stream.publicationId);
    if (this.#state.streams.has(key)) return 'exists';
    this.#state.routesRevision += 1;
    this.#state.streams.set(key, stream);
    return 'created';
  }

  async update(stream: Stream): Promise<'updated' | 'gone'> {
    const key = keyOf(stream.appId, stream.subscriptionId, stream.publicationId);
    const stored = this.#state.streams.get(key);
    if (stored === undefined) return 'gone';
    this.#state.routesRevision += 1;
    const { order: _order, traceDrops: _traceDrops, ...kept } = stored;
    const { filter, order, traceDrops } = stream;
    this.#state.streams.set(key, {
      ...kept,
      filter,
      ...(order !== undefined && { order }),
      ...(traceDrops !== undefined && { traceDrops }),
    });
    return 'updated';
  }

  async list(appId: string): Promise<Stream[]> {
    return [...this.#state.streams.entries()]
      .filter(([, stream]) => stream.appId === appId)
      .sort(([a], [b]) => compareText(a, b))
      .map(([, stream]) => stream);
  }

  async listOfSubscription(appId: string, subscriptionId: string): Promise<Stream[]> {
    return (await this.list(appId)).filter((stream) => stream.subscriptionId === subscriptionId);
  }

  async remove(appId: string, subscriptionId: string, publicationId: string): Promise<'removed' | 'gone'> {
    this.#state.routesRevision += 1;
    return this.#state.streams.delete(keyOf(appId, subscriptionId, publicationId)) ? 'removed' : 'gone';
  }
}

function keyOf(appId: string, subscriptionId: string, publicationId: string): string {
  return `${appId}#${subscriptionId}#${publicationId}`;
}
