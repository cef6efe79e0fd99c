import { makeCache } from '../../base/cache.ts';
import { type EventCodec, makeCodec } from './avro.ts';
import type { OrgConnections } from './org-connections.ts';
import type { RpcFailure } from './pubsub/rpc-failure.ts';

export type CodecResult =
  | { readonly ok: true; readonly codec: EventCodec }
  /** Salesforce did not give the schema. */
  | { readonly ok: false; readonly failure: RpcFailure };

export type SchemaFetch = (
  schemaId: string,
) => Promise<
  | { readonly ok: true; readonly value: { readonly schemaJson: string } }
  | ({ readonly ok: false } & RpcFailure)
>;

/** Fetches from the org, with a new access token if the first is refused. */
export function schemaFetch(
  connections: OrgConnections,
  appId: string,
  authorizationId: string,
): SchemaFetch {
  return async (schemaId) => {
    const answer = await connections.call(appId, authorizationId, ({ client, session }) =>
      client.getSchema(session, schemaId),
    );
    if (answer.kind === 'answered') return { ok: true, value: answer.value };
    if (answer.kind === 'failed') return { ok: false, ...answer.failure };
    return { ok: false, kind: 'retry', id: answer.id, message: answer.message };
  };
}

/** Enough for an org with many objects on `/data/ChangeEvents`; a compiled schema takes a few dozen kilobytes. */
const CODECS_MAX = 500;

/**
 * Compiled schemas by id. An id is the fingerprint of its schema and the same in every org. Cached schemas therefore
 * never expire, and reveal nothing to another tenant: whoever has the id has an event that names it.
 */
export class SchemaCache {
  readonly #codecs = makeCache<EventCodec>(CODECS_MAX);
  readonly #fetching = new Map<string, Promise<CodecResult>>();

  known(schemaId: string): EventCodec | undefined {
    return this.#codecs.get(schemaId);
  }

  /**
   * Returns the schema from the cache or through `fetchSchema`, with one request at a time per id and authorization. A
   * failure does not affect callers with another authorization.
   */
  async get(schemaId: string, authorizationId: string, fetchSchema: SchemaFetch): Promise<CodecResult> {
    const known = this.#codecs.get(schemaId);
    if (known !== undefined) return { ok: true, codec: known };
    const key = `${authorizationId} ${schemaId}`;
    const under = this.#fetching.get(key);
    if (under !== undefined) return under;
    const fetching = this.#fetch(schemaId, fetchSchema).finally(() => this.#fetching.delete(key));
    this.#fetching.set(key, fetching);
    return fetching;
  }

  /** The next `get` asks Salesforce again. */
  forget(schemaId: string): void {
    this.#codecs.delete(schemaId);
  }

  async #fetch(schemaId: string, fetchSchema: SchemaFetch): Promise<CodecResult> {
    const answer = await fetchSchema(schemaId);
    if (!answer.ok) return { ok: false, failure: answer };
    let codec: EventCodec;
    try {
      codec = makeCodec(schemaId, answer.value.schemaJson);
    } catch (error) {
      return {
        ok: false,
        failure: {
          kind: 'retry',
          id: 'schema-unreadable',
          message: `the schema ${schemaId} that Salesforce gave cannot be read: ${String(error)}`,
        },
      };
    }
    this.#codecs.set(schemaId, codec);
    return { ok: true, codec };
  }
}
