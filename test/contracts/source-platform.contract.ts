import * as v from 'valibot';
import { expect, it } from 'vitest';
import type { SourcePlatform, SourcePorts } from '../../src/domain/subscriptions/source-platform.ts';
import type { SubscriptionBase } from '../../src/domain/subscriptions/subscription.ts';

export interface SourcePlatformHarness {
  readonly source: SourcePlatform;
  readonly ports: SourcePorts;
  /** Settings from which a subscription can be created. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const BASE: SubscriptionBase = {
  id: '6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c02',
  appId: 'b6f0c1de-6f9b-4b7e-9c0e-1d2f3a4b5c6d',
  name: 'orders',
  paused: false,
  createdAtMs: 1,
  version: 1,
};

export function sourcePlatformContract(harness: () => SourcePlatformHarness): void {
  const created = async () => {
    const { source, ports, settings } = harness();
    const outcome = await source.create(ports, BASE, settings);
    if (outcome.kind !== 'created') throw new Error(outcome.message);
    return outcome.subscription;
  };

  it('adds its settings to a new subscription, and shows what its fields say', async () => {
    const { source } = harness();
    const subscription = await created();
    expect(subscription).toMatchObject({ ...BASE, platform: source.name });
    const shown = source.show(subscription);
    expect(v.safeParse(v.strictObject(source.fields.params), shown).issues ?? []).toEqual([]);
  });

  it('leaves a subscription as it is when nothing is to change', async () => {
    const { source, ports } = harness();
    const subscription = await created();
    const changed = await source.change(ports, {}, subscription);
    if (changed.kind !== 'changed') throw new Error(changed.message);
    expect(changed.apply(subscription, 2)).toEqual(subscription);
  });

  it('takes settings under names that no other field of a request has, and gives each a flag', () => {
    const { fields, command, olderNames } = harness().source;
    const names = Object.keys(fields.settings);
    const olderOnes: string[] = olderNames.map(([, olderName]) => olderName);
    for (const taken of ['name', 'target', 'filter']) expect(names).not.toContain(taken);
    expect(Object.keys(command.flags).toSorted()).toEqual(
      names.filter((name) => !olderOnes.includes(name)).toSorted(),
    );
    expect(Object.keys(command.changeFlags).toSorted()).toEqual(Object.keys(fields.changes).toSorted());
  });
}
