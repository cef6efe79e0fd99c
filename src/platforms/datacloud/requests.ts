import { ENVELOPE_BYTES, REQUEST_BYTES_MAX, type RecordsMade } from './records.ts';

/** Keys in one DELETE. */
export const DELETE_KEYS_MAX = 200;

/** One record or key, and the event that it belongs to. */
export interface Part {
  readonly event: number;
  /** For an upsert, the record as JSON; for a delete, its key. */
  readonly text: string;
}

export interface IngestRequest {
  readonly operation: 'upsert' | 'delete';
  readonly parts: readonly Part[];
}

/**
 * Groups the records of some events into requests. The requests of one stage are independent of one another; a stage
 * begins when the previous one has ended. Deleting a key after it was written, or the reverse, begins a new stage, so
 * that events end in the order in which they came. Records with the same key in one request are processed in order.
 */
export function planRequests(
  made: readonly Exclude<RecordsMade, { kind: 'rejected' }>[],
  events: readonly number[],
): readonly (readonly IngestRequest[])[] {
  const stages: StageDraft[] = [];
  for (const [at, one] of made.entries()) {
    const event = events[at] ?? at;
    const parts =
      one.kind === 'upsert'
        ? one.records.map(({ json, key }) => ({ text: json, key }))
        : one.keys.map((key) => ({ text: key, key }));
    for (const { text, key } of parts) {
      let stage = stages.at(-1);
      if (stage === undefined || stage.conflicts(one.kind, key)) {
        stage = new StageDraft();
        stages.push(stage);
      }
      stage.add(one.kind, { event, text }, key);
    }
  }
  return stages.map((stage) => stage.requests());
}

class StageDraft {
  readonly #upserts: Part[] = [];
  readonly #deletes: Part[] = [];
  readonly #written = new Set<string>();
  readonly #deleted = new Set<string>();
  #hasUnknownKeys = false;

  conflicts(operation: IngestRequest['operation'], key: string | undefined): boolean {
    if (operation === 'delete') return this.#hasUnknownKeys || (key !== undefined && this.#written.has(key));
    return key === undefined ? this.#deletes.length > 0 : this.#deleted.has(key);
  }

  add(operation: IngestRequest['operation'], part: Part, key: string | undefined): void {
    const isDelete = operation === 'delete';
    (isDelete ? this.#deletes : this.#upserts).push(part);
    if (key === undefined) this.#hasUnknownKeys = true;
    else (isDelete ? this.#deleted : this.#written).add(key);
  }

  requests(): readonly IngestRequest[] {
    const upserts = chunks(
      this.#upserts,
      ({ text }) => Buffer.byteLength(text) + 1,
      Number.POSITIVE_INFINITY,
    );
    const deletes = chunks(
      this.#deletes,
      ({ text }) => Buffer.byteLength(JSON.stringify(text)) + 1,
      DELETE_KEYS_MAX,
    );
    return [
      ...upserts.map((parts) => ({ operation: 'upsert' as const, parts })),
      ...deletes.map((parts) => ({ operation: 'delete' as const, parts })),
    ];
  }
}

function chunks(
  parts: readonly Part[],
  bytesOf: (part: Part) => number,
  partsMax: number,
): readonly (readonly Part[])[] {
  const all: Part[][] = [];
  let bytes = 0;
  for (const part of parts) {
    const size = bytesOf(part);
    let chunk = all.at(-1);
    if (chunk === undefined || chunk.length === partsMax || bytes + size > REQUEST_BYTES_MAX) {
      chunk = [];
      all.push(chunk);
      bytes = ENVELOPE_BYTES;
    }
    chunk.push(part);
    bytes += size;
  }
  return all;
}

export function requestBody({ operation, parts }: IngestRequest): string {
  return operation === 'upsert'
    ? `{"data":[${parts.map(({ text }) => text).join(',')}]}`
    : JSON.stringify({ ids: parts.map(({ text }) => text) });
}
