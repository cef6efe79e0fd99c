import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import { LANE_KEPT_MS, LANE_LOOK_MS, type Lane, newLane } from '../../src/domain/deliveries/lane.ts';
import { outcomes } from '../support/stores.ts';

function aLane(given: Partial<Lane> = {}): Lane {
  return { ...newLane(newUuid(), 'lane-1', 1_000), ...given };
}

export function laneStoreContract(stores: () => Stores): void {
  const store = () => stores().lanes;

  it('keeps a lane of an app, once written', async () => {
    const lane = aLane({ lastSequence: 3, recent: ['a', 'b', 'c'] });
    expect(await store().get(lane.appId, lane.id)).toBeUndefined();
    expect(await store().write(lane)).toBe('written');
    expect(await store().get(lane.appId, lane.id)).toEqual({ ...lane, version: 1 });
    expect(await store().get(newUuid(), lane.id)).toBeUndefined();
    expect(await store().get(lane.appId, 'lane-2')).toBeUndefined();
  });

  it('lets one of many write that have read the same version', async () => {
    const lane = aLane();
    const writes = () => Array.from({ length: 6 }, (_, n) => ({ ...lane, lastSequence: n }));
    expect(await outcomes(writes().map((each) => store().write(each)))).toEqual({ written: 1, changed: 5 });
    const next = writes().map((each) => store().write({ ...each, version: 1 }));
    expect(await outcomes(next)).toEqual({ written: 1, changed: 5 });
    expect(await store().write({ ...lane, version: 7 })).toBe('changed');
    expect((await store().get(lane.appId, lane.id))?.version).toBe(2);
  });

  it('does not write over a lane that is not there', async () => {
    const lane = aLane({ version: 1 });
    expect(await store().write(lane)).toBe('changed');
    expect(await store().get(lane.appId, lane.id)).toBeUndefined();
  });

  it('lists members by number, and each once', async () => {
    const { appId, id } = aLane();
    const add = (sequence: number, laneId = id) =>
      store().addMember(appId, laneId, { sequence, deliveryId: `d-${sequence}` });
    for (const sequence of [100, 9, 10, 2, 9]) await add(sequence);
    await add(1, 'lane-10');
    await store().addMember(newUuid(), id, { sequence: 1, deliveryId: 'another-app' });
    const sequences = async (limit: number) =>
      (await store().listMembers(appId, id, limit)).map(({ sequence }) => sequence);
    expect(await sequences(10)).toEqual([2, 9, 10, 100]);
    expect(await sequences(2)).toEqual([2, 9]);
    expect(await store().listMembers(appId, id, 1)).toEqual([{ sequence: 2, deliveryId: 'd-2' }]);
    await store().removeMember(appId, id, 2);
    await store().removeMember(appId, id, 2);
    await store().removeMember(appId, 'lane-10', 9);
    expect(await sequences(10)).toEqual([9, 10, 100]);
  });

  it('has members of a lane that was never written', async () => {
    const { appId, id } = aLane();
    expect(await store().listMembers(appId, id, 10)).toEqual([]);
    await store().addMember(appId, id, { sequence: 1, deliveryId: 'd' });
    expect(await store().get(appId, id)).toBeUndefined();
  });

  it('lists blocked lanes whose look is due, of all apps, earliest first', async () => {
    const [late, early, future, none] = [20, 10, 40, undefined].map((lookAtMs) => aLane({ lookAtMs }));
    for (const lane of [late!, early!, future!, none!]) await store().write(lane);
    const due = async (limit: number) => (await store().listDue(30, limit)).map(({ appId }) => appId);
    expect(await due(10)).toEqual([early!.appId, late!.appId]);
    expect(await due(1)).toEqual([early!.appId]);
    await store().write({ ...early!, lookAtMs: undefined, version: 1 });
    expect(await due(10)).toEqual([late!.appId]);
  });

  it('lists one whose look was set by a clock that was ahead', async () => {
    const lane = aLane({ lookAtMs: 2 * 3_600_000 + LANE_LOOK_MS });
    await store().write(lane);
    expect(await store().listDue(30, 10)).toHaveLength(1);
  });

  it('never forgets one that is blocked, or had an event lately', async () => {
    const blocked = aLane({ lookAtMs: 1, updatedAtMs: 1_000 });
    const busy = aLane({ updatedAtMs: 1_001 });
    for (const lane of [blocked, busy]) await store().write(lane);
    expect(await store().forgetIdle(1_000 + LANE_KEPT_MS, 10)).toBe(0);
    for (const { appId, id } of [blocked, busy]) expect(await store().get(appId, id)).toBeDefined();
  });

  it('goes with its app', async () => {
    const lane = aLane();
    await store().write(lane);
    await store().addMember(lane.appId, lane.id, { sequence: 1, deliveryId: 'd' });
    await stores().apps.remove(lane.appId);
    expect(await store().get(lane.appId, lane.id)).toBeUndefined();
    expect(await store().listMembers(lane.appId, lane.id, 10)).toEqual([]);
  });
}
