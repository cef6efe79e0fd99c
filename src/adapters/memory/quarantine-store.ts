import type {
  QuarantinedEvent,
  QuarantineRecord,
  QuarantineStore,
} from '../../domain/feeds/quarantine-store.ts';

export class MemoryQuarantineStore implements QuarantineStore {
  readonly #events = new Map<string, QuarantinedEvent>();

  async put(event: QuarantinedEvent): Promise<void> {
    this.#events.set(keyOf(event.feedId, event.cursor), event);
  }

  async list(feedId: string, limit: number): Promise<QuarantineRecord[]> {
    return [...this.#events.values()]
      .filter((event) => event.feedId === feedId)
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, limit)
      .map(({ payload, ...record }) => ({ ...record, payloadBytes: payload.length }));
  }

  async get(feedId: string, cursor: string): Promise<QuarantinedEvent | undefined> {
    return this.#events.get(keyOf(feedId, cursor));
  }

  async remove(feedId: string, cursor: string): Promise<'removed' | 'gone'> {
    return this.#events.delete(keyOf(feedId, cursor)) ? 'removed' : 'gone';
  }
}

function keyOf(feedId: string, cursor: string): string {
  return JSON.stringify([feedId, cursor]);
}
