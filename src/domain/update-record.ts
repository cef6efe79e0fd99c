import { type Refusal, refuse } from './refusal.ts';

/** Others that write the same record at the same moment: a generator's next run, a worker. More than that is no race. */
const UPDATE_TRIES_MAX = 5;

/** Reads, changes and writes a record, again when another write came between. */
export async function updateRecord<T extends { readonly version: number }>(steps: {
  readonly read: () => Promise<T | undefined>;
  readonly change: (record: T) => T | Refusal;
  readonly write: (record: T) => Promise<'updated' | 'changed' | 'gone'>;
  /** For the refusal when it is not there. */
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
