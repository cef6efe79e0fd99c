import { expect, it } from 'vitest';
import type { Destination, OutgoingEvent, SendOutcome } from '../../src/domain/deliveries/destination.ts';
import { eventJson } from '../../src/domain/events/event.ts';
import type { Platform } from '../../src/domain/publications/publication.ts';

export interface DestinationHarness {
  readonly destination: Pick<Destination<Platform>, 'batchMax'>;
  /** Sends to a publication whose target accepts events with the data `{ "Message__c": … }`. */
  send(events: readonly OutgoingEvent[]): Promise<readonly SendOutcome[]>;
  /** `Message__c` of each event that the target accepted, in any order. */
  taken(): readonly unknown[] | Promise<readonly unknown[]>;
  /** The outcome of an event that the target accepts; `delivered` by default. */
  readonly outcome?: SendOutcome['kind'];
  /** For a remote target. */
  readonly farSide?: {
    /** Makes the target refuse every event for now, or accept them again. */
    refuses(refuses: boolean): void;
    /** From now on the target cannot be reached. */
    cutOff(): Promise<void>;
  };
  /** Secrets in the publication that nobody may read. */
  readonly secrets: readonly string[];
}

/** Enough for them to get out of order, few enough for a target that accepts one event per request. */
const SEVERAL = 5;
const NO_FAR_SIDE = 'what it sends to is the store: when that fails, the message is received again';

export function destinationContract(harness: () => DestinationHarness): void {
  it('takes as many events at once as it says, sends each once, and answers for each', async () => {
    const { destination, send, taken, outcome: kind = 'delivered' } = harness();
    expect(destination.batchMax).toBeGreaterThanOrEqual(1);
    const names = Array.from({ length: destination.batchMax }, (_, n) => `event ${n}`);
    const outcomes = await send(names.map(anOutgoingEvent));
    expect(outcomes).toEqual(
      names.map(() => expect.objectContaining({ kind, durationMs: expect.any(Number) })),
    );
    expect(sorted(await taken())).toEqual(sorted(names));
  });

  it('says how long an attempt took, in milliseconds', async () => {
    const before = Date.now();
    const [outcome] = await harness().send([anOutgoingEvent('one')]);
    expect(outcome?.durationMs).toBeGreaterThanOrEqual(0);
    expect(outcome?.durationMs).toBeLessThanOrEqual(Date.now() - before);
  });

  it('sends nothing when there are no events', async () => {
    expect(await harness().send([])).toEqual([]);
    expect(await harness().taken()).toEqual([]);
  });

  it('is used by many at once, each with the outcomes of its own events', async () => {
    const { outcome: kind = 'delivered' } = harness();
    const names = Array.from({ length: SEVERAL }, (_, n) => `event ${n}`);
    const outcomes = await Promise.all(names.map((name) => harness().send([anOutgoingEvent(name)])));
    expect(outcomes.map((of) => of.map(({ kind }) => kind))).toEqual(names.map(() => [kind]));
    expect(sorted(await harness().taken())).toEqual(names);
  });

  it('asks to send again what the target did not take this time', async ({ skip }) => {
    const { send, taken, farSide } = harness();
    if (farSide === undefined) return skip(NO_FAR_SIDE);
    const { refuses } = farSide;
    const event = anOutgoingEvent('one');
    refuses(true);
    const [refused] = await send([event]);
    expect(refused).toMatchObject({ kind: 'retry', ...anExplanation() });
    expect(await taken()).toEqual([]);
    refuses(false);
    expect(await send([event])).toMatchObject([{ kind: 'delivered' }]);
    expect(await taken()).toEqual(['one']);
  });

  it('does not throw when the target goes away, and gives away no secret', async ({ skip }) => {
    const { destination, send, secrets, farSide } = harness();
    if (farSide === undefined) return skip(NO_FAR_SIDE);
    await send([anOutgoingEvent('while it was there')]);
    await farSide.cutOff();
    const events = Array.from({ length: Math.min(SEVERAL, destination.batchMax) }, (_, n) =>
      anOutgoingEvent(`event ${n}`),
    );
    const outcomes = await send(events);
    expect(outcomes).toEqual(
      events.map(() => expect.objectContaining({ kind: 'retry', ...anExplanation() })),
    );
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(JSON.stringify(outcomes)).not.toContain(secret);
  });
}

/** A stable id for programs, and a sentence for people. */
function anExplanation() {
  return { errorId: expect.stringMatching(/^[\w.-]+$/), message: expect.stringMatching(/\w+ \w+/) };
}

function anOutgoingEvent(name: string): OutgoingEvent {
  return {
    deliveryId: `delivery of ${name}`,
    eventJson: eventJson({
      specversion: '1.0',
      id: name,
      source: '/test',
      type: 'test',
      data: { Message__c: name },
    }),
  };
}

function sorted(values: readonly unknown[]): string[] {
  return values.map(String).toSorted((one, other) => one.localeCompare(other));
}
