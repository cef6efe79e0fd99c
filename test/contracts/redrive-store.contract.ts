import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import { REDRIVE_CLAIM_MS } from '../../src/domain/deliveries/redrive.ts';
import { aRedrive } from '../support/records.ts';

export function redriveStoreContract(stores: () => Stores): void {
  const store = () => stores().redrives;

  it('gives a redrive by its id, within its app only', async () => {
    const redrive = aRedrive({ filter: { statuses: ['parked'], error: 'é"\n', fromMs: 1 } });
    await store().create(redrive);
    expect(await store().get(redrive.appId, redrive.id)).toEqual(redrive);
    expect(await store().get(newUuid(), redrive.id)).toBeUndefined();
    expect(await store().get(redrive.appId, newUuid())).toBeUndefined();
    expect(await store().get(redrive.appId, 'x'.repeat(5_000))).toBeUndefined();
  });

  it('lists those of an app, newest first', async () => {
    const appId = newUuid();
    const made = [900, 1_000, 99_999].map((startedAtMs) => aRedrive({ appId, startedAtMs }));
    for (const redrive of [made[1]!, made[2]!, made[0]!, aRedrive()]) await store().create(redrive);
    expect(await store().list(appId)).toEqual(made.toReversed());
  });

  it('keeps two that were started in the same millisecond', async () => {
    const appId = newUuid();
    await store().create(aRedrive({ appId }));
    await store().create(aRedrive({ appId }));
    expect(await store().list(appId)).toHaveLength(2);
  });

  it('writes only over the version that was read', async () => {
    const redrive = aRedrive();
    await store().create(redrive);
    expect(await store().update({ ...redrive, doneCount: 3 })).toBe('updated');
    expect(await store().update({ ...redrive, doneCount: 4 })).toBe('changed');
    expect(await store().get(redrive.appId, redrive.id)).toEqual({ ...redrive, doneCount: 3, version: 2 });
    expect(await store().update(aRedrive())).toBe('gone');
  });

  it('removes one', async () => {
    const redrive = aRedrive();
    await store().create(redrive);
    expect(await store().remove(redrive.appId, redrive.id)).toBe('removed');
    expect(await store().remove(redrive.appId, redrive.id)).toBe('gone');
    expect(await store().list(redrive.appId)).toEqual([]);
  });

  it('lists those that the schedule has to look at, of all apps, earliest first', async () => {
    const [late, early, future, none] = [20, 10, 40, undefined].map((lookAtMs) => aRedrive({ lookAtMs }));
    for (const redrive of [late!, early!, future!, none!]) await store().create(redrive);
    expect(await store().listDue(30, 10)).toEqual([early, late]);
    expect(await store().listDue(30, 1)).toEqual([early]);
    await store().update({ ...early!, lookAtMs: undefined });
    expect(await store().listDue(30, 10)).toEqual([late]);
  });

  it('lists one whose look was set by a clock that was ahead', async () => {
    const redrive = aRedrive({ lookAtMs: 2 * 3_600_000 + REDRIVE_CLAIM_MS });
    await store().create(redrive);
    expect(await store().listDue(30, 10)).toEqual([redrive]);
  });
}
