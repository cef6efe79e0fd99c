import type { AllocationReading, AllocationStore } from '../../domain/authorizations/allocation-store.ts';
import { PUBLISHED_HOUR_MS } from '../../domain/authorizations/allocation-store.ts';
import type { MemoryState } from './state.ts';

export class MemoryAllocationStore implements AllocationStore {
  readonly #state: MemoryState;
  readonly #published: { readonly key: string; readonly hourMs: number; readonly count: number }[] = [];

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async put(reading: AllocationReading): Promise<void> {
    this.#state.allocations.set(keyOf(reading.appId, reading.authorizationId), reading);
  }

  async list(appId: string): Promise<AllocationReading[]> {
    return [...this.#state.allocations.values()].filter((reading) => reading.appId === appId);
  }

  async countPublished(appId: string, authorizationId: string, atMs: number, count: number): Promise<void> {
    this.#published.push({
      key: keyOf(appId, authorizationId),
      hourMs: atMs - (atMs % PUBLISHED_HOUR_MS),
      count,
    });
  }

  async published(appId: string, authorizationId: string, sinceMs: number): Promise<number> {
    const key = keyOf(appId, authorizationId);
    return this.#published
      .filter((each) => each.key === key && each.hourMs >= sinceMs)
      .reduce((sum, { count }) => sum + count, 0);
  }
}

function keyOf(appId: string, authorizationId: string): string {
  return JSON.stringify([appId, authorizationId]);
}
