import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import { HEROKU_LOOK_AHEAD_MS_MAX } from '../../src/domain/heroku-resources/heroku-resource.ts';
import { aHerokuResource, anApp } from '../support/records.ts';
import { outcomes } from '../support/stores.ts';

const NOW_MS = 1_800_000_000_000;

export function herokuResourceStoreContract(stores: () => Stores): void {
  const store = () => stores().herokuResources;

  it('creates one of many that come at once, and keeps it as it is', async () => {
    const uuid = newUuid();
    const tries = Array.from({ length: 10 }, () => aHerokuResource({ uuid, appId: newUuid() }));
    expect(await outcomes(tries.map((each) => store().create(each)))).toEqual({ created: 1, there: 9 });
    const stored = await store().get(uuid);
    expect(tries).toContainEqual(stored);
    expect(await store().get(newUuid())).toBeUndefined();
  });

  it('is found by its app, and listed, until it is removed', async () => {
    const app = anApp();
    await stores().apps.create(app);
    const resource = aHerokuResource({ appId: app.id, state: 'provisioning' });
    await store().create(resource);
    await store().create(aHerokuResource());
    expect(await store().ofApp(app.id)).toEqual(resource);
    expect(await store().ofApp(newUuid())).toBeUndefined();
    const uuids = (await store().list()).map(({ uuid }) => uuid);
    expect(uuids).toHaveLength(2);
    expect(uuids).toEqual([...uuids].sort());
    expect(await store().update({ ...resource, state: 'removed', secrets: {} })).toBe('updated');
    expect(await store().ofApp(app.id)).toBeUndefined();
    expect(await store().list()).toHaveLength(1);
    expect(await store().get(resource.uuid)).toMatchObject({ state: 'removed', version: 2 });
  });

  it('writes over the version that was read, and no other', async () => {
    const resource = aHerokuResource();
    await store().create(resource);
    const writes = ['a', 'b', 'c'].map((plan) => store().update({ ...resource, plan }));
    expect(await outcomes(writes)).toEqual({ updated: 1, changed: 2 });
    expect((await store().get(resource.uuid))?.version).toBe(2);
    expect(await store().update(aHerokuResource())).toBe('gone');
  });

  it('follows a resource to another app', async () => {
    const resource = aHerokuResource({ state: 'provisioning' });
    await store().create(resource);
    const other = newUuid();
    await store().update({ ...resource, appId: other });
    expect((await store().ofApp(other))?.uuid).toBe(resource.uuid);
    expect(await store().ofApp(resource.appId)).toBeUndefined();
  });

  it('outlives its app', async () => {
    const app = anApp();
    await stores().apps.create(app);
    const resource = aHerokuResource({ appId: app.id });
    await store().create(resource);
    await stores().apps.remove(app.id);
    expect(await store().get(resource.uuid)).toEqual(resource);
  });

  it('lists what is due, earliest first, and what a clock that was ahead has put off', async () => {
    const dueAt = async (dueAtMs: number | undefined) => {
      const resource = aHerokuResource({ dueAtMs });
      await store().create(resource);
      return resource.uuid;
    };
    const second = await dueAt(NOW_MS);
    const first = await dueAt(NOW_MS - 5_000);
    await dueAt(NOW_MS + 1);
    await dueAt(undefined);
    const due = async (limit = 10) => (await store().listDue(NOW_MS, limit)).map(({ uuid }) => uuid);
    expect(await due()).toEqual([first, second]);
    expect(await due(1)).toEqual([first]);
    const far = await dueAt(NOW_MS + HEROKU_LOOK_AHEAD_MS_MAX + 120_000);
    expect(await due()).toEqual([first, second, far]);
  });

  it('lets a removed one stay for as long as it is to be known', async () => {
    const removed = aHerokuResource({ state: 'removed', forgetAtMs: Date.now() + 60_000 });
    await store().create(removed);
    await store().create(aHerokuResource({ createdAtMs: Date.now() }));
    expect(await store().get(removed.uuid)).toEqual(removed);
    expect(await store().create({ ...removed, createdAtMs: Date.now() })).toBe('there');
  });
}
