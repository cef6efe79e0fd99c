import type { App } from '../../domain/apps/app.ts';
import type { AppStore } from '../../domain/apps/app-store.ts';
import { compareText, type MemoryState, removeWhere } from './state.ts';

export class MemoryAppStore implements AppStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async create(app: App): Promise<'created' | 'name-taken'> {
    if (this.#find(app.name) !== undefined) return 'name-taken';
    this.#state.apps.set(app.id, app);
    return 'created';
  }

  async get(idOrName: string): Promise<App | undefined> {
    return this.#find(idOrName);
  }

  async list(): Promise<App[]> {
    return [...this.#state.apps.values()].sort((a, b) => compareText(a.name, b.name));
  }

  async setRetention(id: string, retentionMs: number | undefined): Promise<'updated' | 'gone'> {
    const app = this.#state.apps.get(id);
    if (app === undefined) return 'gone';
    this.#state.apps.set(id, { ...app, retentionMs });
    return 'updated';
  }

  async remove(id: string): Promise<'removed' | 'gone'> {
    const state = this.#state;
    state.routesRevision += 1;
    const ofApp = (value: { readonly appId: string }) => value.appId === id;
    removeWhere(state.tokens, ({ scope }) => scope.kind === 'app' && scope.appId === id);
    for (const authorization of state.authorizations.values()) {
      if (ofApp(authorization)) state.refreshLocks.delete(authorization.id);
    }
    removeWhere(state.credentials, ofApp);
    removeWhere(state.keyedRequests, ofApp);
    removeWhere(state.authorizations, ofApp);
    removeWhere(state.subscriptions, ofApp);
    removeWhere(state.publications, ofApp);
    removeWhere(state.streams, ofApp);
    removeWhere(state.redrives, ofApp);
    removeWhere(state.listeners, ofApp);
    removeWhere(state.deliveries, ({ delivery }) => ofApp(delivery));
    removeWhere(state.lanes, ofApp);
    removeWhere(state.laneMembers, ofApp);
    removeWhere(state.allocations, ofApp);
    removeWhere(state.appCounts, ofApp);
    removeWhere(state.feeds, ({ feed }) => ofApp(feed));
    for (const key of state.keptEvents.keys()) if (key.startsWith(`${id}/`)) state.keptEvents.delete(key);
    return state.apps.delete(id) ? 'removed' : 'gone';
  }

  #find(idOrName: string): App | undefined {
    return (
      this.#state.apps.get(idOrName) ?? [...this.#state.apps.values()].find((app) => app.name === idOrName)
    );
  }
}
