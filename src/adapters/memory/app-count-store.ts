import {
  APP_COUNTS_KEPT_MS,
  type AppCountStore,
  type TakenCounts,
} from '../../domain/app-log/app-count-store.ts';
import { type AppCounts, addCounts } from '../../domain/app-log/app-counts.ts';
import type { MemoryState } from './state.ts';

export class MemoryAppCountStore implements AppCountStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async add(appId: string, counts: AppCounts, nowMs: number): Promise<void> {
    const { appCounts } = this.#state;
    for (const [key, { expiresAtMs }] of appCounts) if (expiresAtMs < nowMs) appCounts.delete(key);
    appCounts.set(appId, {
      appId,
      counts: addCounts(appCounts.get(appId)?.counts ?? {}, counts),
      expiresAtMs: nowMs + APP_COUNTS_KEPT_MS,
    });
  }

  async take(limit: number): Promise<readonly TakenCounts[]> {
    const { appCounts } = this.#state;
    const taken = [...appCounts.values()].slice(0, limit);
    for (const { appId } of taken) appCounts.delete(appId);
    return taken.map(({ appId, counts }) => ({ appId, counts }));
  }
}
