import { base64Bytes } from '../../base/base64.ts';
import type { EventDecoder } from '../../domain/feeds/event-decoder.ts';
import type { EventFormat } from '../../domain/feeds/feed.ts';
import type { FeedTarget, RawFeedEvent } from '../../domain/feeds/feed-source.ts';
import { makeCodec } from './avro.ts';
import { eventOrigin } from './event.ts';
import { decodeRaw } from './feed-source.ts';
import type { OrgConnections } from './org-connections.ts';

/** Not cached: the caller wants to know whether Salesforce's answer has changed. */
export class PubSubEventDecoder implements EventDecoder {
  readonly #connections: OrgConnections;

  constructor(connections: OrgConnections) {
    this.#connections = connections;
  }

  async decode(
    { appId, authorizationId, topic }: FeedTarget,
    { cursor, ...event }: RawFeedEvent & { readonly cursor: string },
    formats: ReadonlySet<EventFormat>,
  ): ReturnType<EventDecoder['decode']> {
    const answer = await this.#connections.call(appId, authorizationId, async ({ client, session }) => {
      const schema = await client.getSchema(session, event.schemaId);
      return schema.ok ? { ok: true, value: { schema: schema.value, session } } : schema;
    });
    if (answer.kind === 'not-authorized') return { kind: 'not-authorized', message: answer.message };
    if (answer.kind === 'failed') {
      const { id, message } = answer.failure;
      return { kind: id === 'schema.validation.failed' ? 'undecodable' : 'unreachable', message };
    }
    const { schema, session } = answer.value;
    let codec: ReturnType<typeof makeCodec>;
    try {
      codec = makeCodec(event.schemaId, schema.schemaJson);
    } catch (error) {
      return {
        kind: 'undecodable',
        message: `the schema ${event.schemaId} that Salesforce gave cannot be read: ${String(error)}`,
      };
    }
    const raw = {
      ...event,
      payload: Buffer.from(event.payload),
      replayId: base64Bytes(cursor),
    };
    return decodeRaw(raw, codec, eventOrigin(topic, session.instanceUrl, session.orgId), formats);
  }
}
