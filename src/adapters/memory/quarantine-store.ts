import type { QuarantinedEvent, QuarantineStore } from '../../domain/feeds/quarantine-store.ts';

export class MemoryQuarantineStore implements QuarantineStore {
  readonly #events = new Map<string, QuarantinedEvent>();

  async put(event: QuarantinedEvent): Promise<void> {
    this.#events.set(JSON.stringify([event.feedId, event.cursor]), event);
  }

  async list(feedId: string, limit: number): Promise<QuarantinedEvent[]> {
    return [...this.#events.values()]
      .filter((event) => event.feedId === feedId)
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, limit);
  }
}
