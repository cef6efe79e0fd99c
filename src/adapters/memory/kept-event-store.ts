import type { KeptEvent, KeptEventStore, NewKeptEvent } from '../../domain/subscriptions/kept-event-store.ts';
import type { MemoryState } from './state.ts';

export class MemoryKeptEventStore implements KeptEventStore {
  readonly #state: MemoryState;
  #next = 1;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async keep(
    appId: string,
    subscriptionId: string,
    events: readonly NewKeptEvent[],
    max: number,
  ): Promise<void> {
    const kept = this.#of(appId, subscriptionId);
    for (const event of events) kept.push({ ...event, id: String(this.#next++) });
    this.#set(appId, subscriptionId, kept.slice(-max));
  }

  async list(
    appId: string,
    subscriptionId: string,
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<KeptEvent[]> {
    return this.#of(appId, subscriptionId)
      .filter(({ id }) => after === undefined || Number(id) < Number(after))
      .reverse()
      .slice(0, limit);
  }

  async remove(appId: string, subscriptionId: string, ids: readonly string[]): Promise<number> {
    const kept = this.#of(appId, subscriptionId);
    const left = kept.filter(({ id }) => !ids.includes(id));
    this.#set(appId, subscriptionId, left);
    return kept.length - left.length;
  }

  async clear(appId: string, subscriptionId: string): Promise<void> {
    this.#set(appId, subscriptionId, []);
  }

  async forgetDue(nowMs: number, limit: number): Promise<number> {
    let count = 0;
    for (const [key, kept] of this.#state.keptEvents) {
      const left = kept.filter(({ forgetAtMs }) => forgetAtMs > nowMs || count++ >= limit);
      this.#state.keptEvents.set(key, left);
    }
    return Math.min(count, limit);
  }

  #of(appId: string, subscriptionId: string): KeptEvent[] {
    return [...(this.#state.keptEvents.get(keyOf(appId, subscriptionId)) ?? [])];
  }

  #set(appId: string, subscriptionId: string, kept: readonly KeptEvent[]): void {
    this.#state.keptEvents.set(keyOf(appId, subscriptionId), kept);
  }
}

function keyOf(appId: string, subscriptionId: string): string {
  return `${appId}/${subscriptionId}`;
}
