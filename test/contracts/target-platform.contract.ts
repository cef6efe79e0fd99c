import * as v from 'valibot';
import { expect, it } from 'vitest';
import type { PublicationBase } from '../../src/domain/publications/publication.ts';
import type { TargetPlatform, TargetPorts } from '../../src/domain/publications/target-platform.ts';

export interface TargetPlatformHarness {
  readonly target: TargetPlatform;
  readonly ports: TargetPorts;
  /** Settings from which a publication can be created. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const BASE: PublicationBase = {
  id: '6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c01',
  appId: 'b6f0c1de-6f9b-4b7e-9c0e-1d2f3a4b5c6d',
  name: 'orders',
  state: 'active',
  createdAtMs: 1,
  version: 1,
};

export function targetPlatformContract(harness: () => TargetPlatformHarness): void {
  const created = async () => {
    const { target, ports, settings } = harness();
    const outcome = await target.create(ports, BASE, settings);
    if (outcome.kind !== 'created') throw new Error(outcome.message);
    return outcome;
  };

  it('adds its settings to a new publication, and nothing else', async () => {
    const { publication } = await created();
    expect(publication).toMatchObject({ ...BASE, platform: harness().target.name });
  });

  it('shows what its fields say, and no value that is shown once', async () => {
    const { target } = harness();
    const { publication, shownOnce = {} } = await created();
    const shown = target.show(publication);
    expect(v.safeParse(v.strictObject(target.fields.params), shown).issues ?? []).toEqual([]);
    expect(Object.keys(shownOnce)).toEqual(Object.keys(target.fields.shownOnce ?? {}));
    for (const secret of Object.values(shownOnce)) {
      expect(JSON.stringify([publication, shown])).not.toContain(secret);
    }
  });

  it('leaves a publication as it is when nothing is to change', async () => {
    const { target, ports } = harness();
    const { publication } = await created();
    const changed = await target.change(ports, publication, {});
    if (changed.kind !== 'changed') throw new Error(changed.message);
    expect(changed.apply(publication)).toEqual(publication);
  });

  it('takes settings under names that no other field of a request has, and gives each a flag', () => {
    const { fields, command, olderNames } = harness().target;
    const names = Object.keys(fields.settings);
    // A value that is shown once unless given is read from the file to which it would otherwise be written.
    const fromFile = Object.keys(fields.shownOnce ?? {});
    const olderOnes: string[] = olderNames.map(([, olderName]) => olderName);
    for (const taken of ['name', 'retry', 'source', 'filter']) expect(names).not.toContain(taken);
    expect(Object.keys(command.flags).toSorted()).toEqual(
      names.filter((name) => !olderOnes.includes(name) && !fromFile.includes(name)).toSorted(),
    );
    expect(Object.keys(command.changeFlags).toSorted()).toEqual(Object.keys(fields.changes).toSorted());
  });
}
