import { expect, it } from 'vitest';
import type { EventFormat } from '../../src/domain/feeds/feed.ts';
import type {
  FeedEvent,
  FeedFrame,
  FeedSource,
  FeedStart,
  FeedStream,
  FeedStreamFailed,
  FeedTarget,
} from '../../src/domain/feeds/feed-source.ts';

export interface OpenFeedHarness {
  readonly source: FeedSource;
  /** An authorized org's topic. */
  readonly target: FeedTarget;
}

export interface FeedHarness extends OpenFeedHarness {
  /** Publishes events on the topic, and returns their ids in order. */
  publish(count: number): readonly string[];
  /** Publishes an event that cannot be decoded. */
  publishUndecodable(): void;
  /** The org ends every stream with the frame of its next event. */
  endWithNextEvent(): void;
  /** The org no longer retains the events published so far. */
  forgetEvents(): void;
  /** A person ends the authorization at Salesforce. */
  endAuthorization(): void;
  /** From now on the org cannot be reached. */
  cutOff(): Promise<void>;
}

const JSON_ONLY: ReadonlySet<EventFormat> = new Set(['json']);
const EARLIEST: FeedStart = { kind: 'earliest' };

/** Opening and closing: the part of the contract that also holds for a topic without events. */
export function openFeedContract(harness: () => OpenFeedHarness): void {
  it.each(['latest', 'earliest'] as const)('opens at %s', async (kind) => {
    const stream = await open(harness(), { kind });
    expect(await stream.check()).toBeUndefined();
    stream.close();
  });

  it('answers who waits for a frame that the stream was closed, and everyone after', async () => {
    const stream = await open(harness(), { kind: 'latest' });
    const waiting = stream.next();
    stream.close();
    stream.close();
    expect(await waiting).toEqual({ kind: 'closed' });
    expect(await stream.next()).toEqual({ kind: 'closed' });
    // Requesting more has no effect, and is not an error.
    stream.request(1);
  });
}

export function feedSourceContract(harness: () => FeedHarness): void {
  openFeedContract(harness);

  it('gives the events of the topic in order, decoded in the formats asked for', async () => {
    const { publish } = harness();
    const ids = publish(3);
    const stream = await open(harness(), EARLIEST);
    const { events, cursor } = await readUntil(stream, 3, JSON_ONLY);
    expect(events.map(({ raw }) => raw.id)).toEqual(ids);
    for (const { decoded, raw } of events) {
      expect(decoded).toMatchObject({
        kind: 'decoded',
        json: { specversion: '1.0', id: raw.id },
        avroJson: undefined,
        atMs: expect.any(Number),
      });
    }
    expect(cursor).toBe(events.at(-1)?.cursor);
    expect(new Set(events.map((event) => event.cursor)).size).toBe(3);
    stream.close();
  });

  it('decodes every frame in both formats, or in none', async () => {
    harness().publish(1);
    for (const formats of [new Set<EventFormat>(['json', 'avro-json']), new Set<EventFormat>()]) {
      const stream = await open(harness(), EARLIEST);
      const [event] = (await readUntil(stream, 1, formats)).events;
      stream.close();
      expect(event?.decoded).toMatchObject({
        kind: 'decoded',
        json: formats.has('json') ? { id: event?.raw.id } : undefined,
        avroJson: formats.has('avro-json') ? { id: event?.raw.id } : undefined,
      });
    }
  });

  it('begins after its cursor', async () => {
    const ids = harness().publish(3);
    const first = await open(harness(), EARLIEST);
    const { events } = await readUntil(first, 3, JSON_ONLY);
    first.close();
    const second = await open(harness(), { kind: 'cursor', cursor: events[0]?.cursor ?? '' });
    const later = await readUntil(second, 2, JSON_ONLY);
    second.close();
    expect(later.events.map(({ raw }) => raw.id)).toEqual(ids.slice(1));
  });

  it('gives more than its first request as long as it is asked for more', async () => {
    const ids = harness().publish(250);
    const stream = await open(harness(), EARLIEST);
    const { events } = await readUntil(stream, 250, JSON_ONLY);
    stream.close();
    expect(events.map(({ raw }) => raw.id)).toEqual(ids);
  });

  it('gives what it cannot decode as it came, and decodes the events around it', async () => {
    const { publish, publishUndecodable } = harness();
    publish(1);
    publishUndecodable();
    publish(1);
    const stream = await open(harness(), EARLIEST);
    const { events } = await readUntil(stream, 3, JSON_ONLY);
    stream.close();
    expect(events.map(({ decoded }) => decoded.kind)).toEqual(['decoded', 'undecodable', 'decoded']);
    const [, undecodable] = events;
    expect(undecodable).toMatchObject({
      cursor: expect.stringMatching(/./),
      raw: { id: expect.stringMatching(/./), schemaId: expect.stringMatching(/./) },
      decoded: { message: expect.stringMatching(/\w+ \w+/) },
    });
    expect(undecodable?.raw.payload.length).toBeGreaterThan(0);
  });

  it('gives what was received before the stream failed, then the failure as often as it is asked', async () => {
    const { publish, endWithNextEvent } = harness();
    endWithNextEvent();
    publish(1);
    const stream = await open(harness(), EARLIEST);
    // By now both the frame and the end of the stream have arrived.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await readUntil(stream, 1, JSON_ONLY)).events).toHaveLength(1);
    const failed = await failureOf(stream);
    expect(failed).toMatchObject({ kind: 'retry', message: expect.stringMatching(/\w+ \w+/) });
    expect(await failureOf(stream)).toEqual(failed);
  });

  it('says that it no longer knows a cursor', async () => {
    const { publish, forgetEvents } = harness();
    publish(1);
    const first = await open(harness(), EARLIEST);
    const { cursor = '' } = await readUntil(first, 1, JSON_ONLY);
    first.close();
    forgetEvents();
    expect(await failureOfOpening(harness(), { kind: 'cursor', cursor })).toMatchObject({
      kind: 'cursor-invalid',
    });
  });

  it('says that there is no such topic, which only a person can change', async () => {
    const { source, target } = harness();
    const elsewhere = { source, target: { ...target, topic: '/event/Nothing_Of_The_Sort__e' } };
    expect(await failureOfOpening(elsewhere)).toMatchObject({
      kind: 'fatal',
      id: expect.stringMatching(/./),
      message: expect.stringMatching(/\w+ \w+/),
    });
  });

  it('says that the authorization is gone, or has ended', async () => {
    const { source, target, endAuthorization } = harness();
    const gone = { source, target: { ...target, authorizationId: 'never-made' } };
    expect(await failureOfOpening(gone)).toMatchObject({ kind: 'fatal' });
    const stream = await open(harness(), EARLIEST);
    endAuthorization();
    expect((await failureOfOpening(harness())).kind).toMatch(/^(authorization|reauth)$/);
    expect((await failureOfOpening(harness())).kind).toBe('authorization');
    expect(await stream.check()).toMatchObject({ kind: 'authorization' });
    stream.close();
  });

  it('does not throw when the org cannot be reached', async () => {
    await harness().cutOff();
    expect(await failureOfOpening(harness())).toMatchObject({ kind: 'retry' });
  });
}

async function open({ source, target }: OpenFeedHarness, start: FeedStart): Promise<FeedStream> {
  const opened = await source.open(target, start);
  if (opened.kind !== 'open') throw new Error(`expected an open stream: ${opened.failure.message}`);
  return opened.stream;
}

/** Reads frames until they have yielded this many events, and requests more as it goes. */
async function readUntil(stream: FeedStream, count: number, formats: ReadonlySet<EventFormat>) {
  const events: FeedEvent[] = [];
  let cursor: FeedFrame['cursor'];
  while (events.length < count) {
    const frame = await stream.next();
    if (frame.kind !== 'frame') throw new Error(`expected a frame, found ${JSON.stringify(frame)}`);
    const decoded = await frame.decode(formats);
    if (decoded.kind !== 'decoded') throw new Error(`expected events: ${decoded.failure.message}`);
    expect(decoded.events).toHaveLength(frame.eventCount);
    events.push(...decoded.events);
    ({ cursor } = frame);
    stream.request(frame.eventCount);
  }
  return { events, cursor };
}

/** A source may notice when it opens a stream, or with the first frame. */
async function failureOfOpening({ source, target }: OpenFeedHarness, start: FeedStart = EARLIEST) {
  const opened = await source.open(target, start);
  return opened.kind === 'failed' ? opened.failure : failureOf(opened.stream);
}

async function failureOf(stream: FeedStream): Promise<FeedStreamFailed['failure']> {
  for (;;) {
    const next = await stream.next();
    if (next.kind === 'failed') return next.failure;
    if (next.kind === 'closed') throw new Error('expected a failure, found a stream that we closed');
  }
}
