import type { Event } from '../../src/domain/events/event.ts';
import type { EventDecoder } from '../../src/domain/feeds/event-decoder.ts';
import type { EventFormat } from '../../src/domain/feeds/feed.ts';
import type { FeedTarget, RawFeedEvent } from '../../src/domain/feeds/feed-source.ts';

type Answer = Awaited<ReturnType<EventDecoder['decode']>>;

/** Salesforce's schemas, as far as decoding one event needs them: the far side of the network. */
export class FarSchemas implements EventDecoder {
  /** The answer while it is set; otherwise every event can be decoded. */
  failure: Exclude<Answer, { readonly kind: 'decoded' }> | undefined = {
    kind: 'undecodable',
    message: 'the payload does not fit its schema Order_Placed__e',
  };

  async decode(
    _target: FeedTarget,
    { id }: RawFeedEvent,
    formats: ReadonlySet<EventFormat>,
  ): Promise<Answer> {
    if (this.failure !== undefined) return this.failure;
    const event: Event = {
      specversion: '1.0',
      id,
      source: '//acme.my.salesforce.com/00D',
      type: 'com.salesforce.platformevent.Order_Placed__e',
      data: { Number__c: 7 },
    };
    return {
      kind: 'decoded',
      json: formats.has('json') ? event : undefined,
      avroJson: formats.has('avro-json') ? event : undefined,
      atMs: undefined,
      committedAtMs: undefined,
    };
  }
}
