import { type Refusal, refuse } from './refusal.ts';

/** A person, a worker and a generator's next run may race for a record. Losing more often is no longer a race. */
const UPDATE_TRIES_MAX = 5;

/** Writes a previously read record. Returns it as it is stored now, or undefined if another write came first. */
export async function writeUnlessChanged<T extends { readonly version: number }>(
  store: { update(record: T): Promise<'updated' | 'changed' | 'gone'> },
  record: T,
): Promise<T | undefined> {
  return (await store.update(record)) === 'updated' ? { ...record, version: record.version + 1 } : undefined;
}

/** Reads, changes and writes a record, and retries if another write came in between. */
export async function updateRecord<T extends { readonly version: number }>(steps: {
  readonly read: () => Promise<T | undefined>;
  readonly change: (record: T) => T | Refusal;
  readonly write: (record: T) => Promise<'updated' | 'changed' | 'gone'>;
  /** The message of the refusal if there is no such record. */
  readonly missing: string;
}): Promise<{ readonly kind: 'updated'; readonly before: T; readonly record: T } | Refusal> {
  for (let attempt = 0; attempt < UPDATE_TRIES_MAX; attempt += 1) {
    const before = await steps.read();
    if (before === undefined) return refuse('not-found', steps.missing);
    const changed = steps.change(before);
    if ('kind' in changed && changed.kind === 'refused') return changed;
    const record = changed as T;
    const result = await steps.write(record);
    if (result === 'updated') {
      return { kind: 'updated', before, record: { ...record, version: record.version + 1 } };
    }
    if (result === 'gone') return refuse('not-found', steps.missing);
  }
  return refuse('try-again', 'the record is being changed by others at this moment: try again');
}
