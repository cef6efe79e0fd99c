import { expect, it } from 'vitest';
import type { Event } from '../../src/domain/events/event.ts';
import type { FeedTarget } from '../../src/domain/feeds/feed-source.ts';
import type { GapRepair } from '../../src/domain/feeds/gap-repair.ts';

export interface GapRepairHarness {
  readonly gapRepair: GapRepair;
  readonly target: FeedTarget;
  /** The event that omits what happened to a record; the record's name is now `Acme`. */
  readonly gapEvent: Event;
  readonly entity: string;
  readonly recordId: string;
  /** The record is deleted at Salesforce. */
  deleteRecord(): void;
  /** A person ends the authorization at Salesforce. */
  endAuthorization(): void;
  /** From now on the org refuses every request to its API. */
  outOfService(): void;
}

const SENTENCE = expect.stringMatching(/\w+ \w+/);

export function gapRepairContract(harness: () => GapRepairHarness): void {
  const repair = () => {
    const { gapRepair, target, gapEvent, entity, recordId } = harness();
    return gapRepair.repair(target, { json: gapEvent, avroJson: undefined }, entity, recordId);
  };

  it('gives the record as it is now, in an event that names the gap event', async () => {
    const { gapEvent, recordId } = harness();
    const outcome = await repair();
    expect(outcome).toMatchObject({
      kind: 'repaired',
      event: {
        json: {
          specversion: '1.0',
          source: gapEvent.source,
          repairof: gapEvent.id,
          data: { Name: 'Acme', ChangeEventHeader: { recordIds: [recordId] } },
        },
        avroJson: undefined,
      },
    });
  });

  it('gives it the same id each time, and no other event has that id', async () => {
    const { gapEvent } = harness();
    const [first, second] = [await repair(), await repair()];
    if (first.kind !== 'repaired' || second.kind !== 'repaired') throw new Error('expected two events');
    expect(second.event.json?.id).toBe(first.event.json?.id);
    expect(first.event.json?.id).not.toBe(gapEvent.id);
  });

  it('says that the record was deleted since', async () => {
    harness().deleteRecord();
    expect(await repair()).toEqual({ kind: 'deleted' });
  });

  it('says that the authorization has ended, and that the API is out of service', async () => {
    harness().outOfService();
    expect(await repair()).toEqual({ kind: 'failed', message: SENTENCE });
    harness().endAuthorization();
    expect(await repair()).toEqual({ kind: 'not-authorized', message: SENTENCE });
  });
}
