import { makeCache } from '../../base/cache.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import { type IngestOutcome, outcomeOfAnswer } from './ingest-outcome.ts';
import type { MadeRecord } from './records.ts';
import type { DataCloudPublication } from './target.ts';
import type { TenantApi } from './tenant-api.ts';

/** Sets of field names, for all publications that this process has seen. */
const SHAPES_MAX = 5_000;

/**
 * Sets of field names that the test action has accepted, for connectors whose schema the authorization may not read.
 */
export class TestedShapes {
  readonly #api: TenantApi;
  readonly #accepted = makeCache<true>(SHAPES_MAX);

  constructor(api: TenantApi) {
    this.#api = api;
  }

  /** Why the records cannot be sent; undefined if Data Cloud knows all of their fields. */
  async fault(
    { id, version, appId, authorizationId, connector, object }: DataCloudPublication,
    records: readonly MadeRecord[],
  ): Promise<IngestOutcome | undefined> {
    for (const { json } of records) {
      const key = `${id} ${version} ${shapeOf(json)}`;
      if (this.#accepted.has(key)) continue;
      const outcome = outcomeOfAnswer(
        await this.#api.call(appId, authorizationId, {
          method: 'POST',
          target: { connector, object },
          isTest: true,
          body: `{"data":[${json}]}`,
        }),
      );
      if (outcome.kind === 'of-a-record') return outcome.alone;
      if (outcome.kind !== 'delivered') return outcome;
      this.#accepted.set(key, true);
    }
    return undefined;
  }
}

function shapeOf(json: string): string {
  const record = parseJson(json);
  return isJsonObject(record) ? Object.keys(record).toSorted().join(' ') : '';
}
