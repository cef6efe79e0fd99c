import { isDue } from '../../base/due.ts';
import {
  HEROKU_LOOK_AHEAD_MS_MAX,
  type HerokuResource,
} from '../../domain/heroku-resources/heroku-resource.ts';
import type { HerokuResourceStore } from '../../domain/heroku-resources/heroku-resource-store.ts';
import { compareText, type MemoryState, removeWhere } from './state.ts';

export class MemoryHerokuResourceStore implements HerokuResourceStore {
  readonly #resources: Map<string, HerokuResource>;

  constructor(state: MemoryState) {
    this.#resources = state.herokuResources;
  }

  async create(resource: HerokuResource): Promise<'created' | 'there'> {
    removeWhere(this.#resources, ({ forgetAtMs }) => (forgetAtMs ?? Infinity) <= resource.createdAtMs);
    if (this.#resources.has(resource.uuid)) return 'there';
    this.#resources.set(resource.uuid, resource);
    return 'created';
  }

  async get(uuid: string): Promise<HerokuResource | undefined> {
    return this.#resources.get(uuid);
  }

  async ofApp(appId: string): Promise<HerokuResource | undefined> {
    return [...this.#resources.values()].find(
      (resource) => resource.appId === appId && resource.state !== 'removed',
    );
  }

  async list(): Promise<HerokuResource[]> {
    return [...this.#resources.values()]
      .filter(({ state }) => state !== 'removed')
      .sort((a, b) => compareText(a.uuid, b.uuid));
  }

  async update(resource: HerokuResource): Promise<'updated' | 'changed' | 'gone'> {
    const stored = this.#resources.get(resource.uuid);
    if (stored === undefined) return 'gone';
    if (stored.version !== resource.version) return 'changed';
    this.#resources.set(resource.uuid, { ...resource, version: resource.version + 1 });
    return 'updated';
  }

  async listDue(nowMs: number, limit: number): Promise<HerokuResource[]> {
    return [...this.#resources.values()]
      .flatMap((resource) => (resource.dueAtMs === undefined ? [] : [{ resource, atMs: resource.dueAtMs }]))
      .filter(({ atMs }) => isDue(atMs, nowMs, HEROKU_LOOK_AHEAD_MS_MAX))
      .sort((a, b) => a.atMs - b.atMs)
      .slice(0, limit)
      .map(({ resource }) => resource);
  }
}
