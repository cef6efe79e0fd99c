import { expect, it } from 'vitest';
import type { EventDecoder } from '../../src/domain/feeds/event-decoder.ts';
import type { EventFormat } from '../../src/domain/feeds/feed.ts';
import type { FeedTarget, RawFeedEvent } from '../../src/domain/feeds/feed-source.ts';

type RawEventAtCursor = RawFeedEvent & { readonly cursor: string };

export interface EventDecoderHarness {
  readonly decoder: EventDecoder;
  readonly target: FeedTarget;
  /** As a feed received it. */
  readonly event: RawEventAtCursor;
  /** The same, with a payload that does not match its schema. */
  damagedEvent(): RawEventAtCursor;
  /** A person ends the authorization at Salesforce. */
  endAuthorization(): void;
  /** From now on the org cannot be reached. */
  cutOff(): Promise<void>;
}

const JSON_ONLY: ReadonlySet<EventFormat> = new Set(['json']);
const SENTENCE = expect.stringMatching(/\w+ \w+/);

export function eventDecoderContract(harness: () => EventDecoderHarness): void {
  it.each([[[]], [['json']], [['avro-json']], [['json', 'avro-json']]] as EventFormat[][][])(
    'decodes an event in the formats %j and no other',
    async (asked) => {
      const { decoder, target, event } = harness();
      const formats = new Set(asked);
      const decoded = await decoder.decode(target, event, formats);
      const expected = { specversion: '1.0', id: event.id };
      expect(decoded).toMatchObject({
        kind: 'decoded',
        json: formats.has('json') ? expected : undefined,
        avroJson: formats.has('avro-json') ? expected : undefined,
      });
    },
  );

  it('says why an event cannot be decoded', async () => {
    const { decoder, target, damagedEvent } = harness();
    expect(await decoder.decode(target, damagedEvent(), JSON_ONLY)).toEqual({
      kind: 'undecodable',
      message: SENTENCE,
    });
  });

  it('says why the authorization gives no access token', async () => {
    const { decoder, target, event, endAuthorization } = harness();
    endAuthorization();
    // The first answer may be about the refused token; the second is about the authorization.
    await decoder.decode(target, event, JSON_ONLY);
    expect(await decoder.decode(target, event, JSON_ONLY)).toEqual({
      kind: 'not-authorized',
      message: SENTENCE,
    });
  });

  it('does not throw when the org cannot be reached', async () => {
    const { decoder, target, event, cutOff } = harness();
    await cutOff();
    expect(await decoder.decode(target, event, JSON_ONLY)).toEqual({
      kind: 'unreachable',
      message: SENTENCE,
    });
  });
}
