/** Both sides of the account: what the org published, and what became of it. */
export interface Ledgers {
  /** In the org's order, by topic. */
  readonly published: ReadonlyMap<string, readonly string[]>;
  /** In the order in which SQS accepted them, over all topics. */
  readonly queued: readonly LedgerEntry[];
  /** Entries that SQS refused from a batch whose other entries it accepted: nobody can preserve the order of these. */
  readonly refusedByOne: readonly LedgerEntry[];
  /** What the receiver took from the queue. */
  readonly received: readonly LedgerEntry[];
  /** Stored with their raw bytes, because they could not be decoded. */
  readonly quarantined: ReadonlySet<string>;
}

export interface LedgerEntry {
  readonly topic: string;
  readonly id: string;
}

export interface Account {
  readonly published: number;
  /** Distinct ones. */
  readonly received: number;
  readonly quarantined: number;
  readonly lost: readonly string[];
  /** Received but never published. */
  readonly unknown: readonly string[];
  /** The number of surplus receives, all events together. */
  readonly duplicates: number;
  /** Events that SQS first accepted after a later event of their feed, without having refused them individually. */
  readonly outOfOrder: number;
}

export function settle({ published, queued, refusedByOne, received, quarantined }: Ledgers): Account {
  const receivedKeys = new Set(received.map(keyOf));
  const publishedKeys = [...published].flatMap(([topic, ids]) => ids.map((id) => keyOf({ topic, id })));
  const known = new Set(publishedKeys);
  return {
    published: publishedKeys.length,
    received: receivedKeys.size,
    quarantined: quarantined.size,
    lost: publishedKeys.filter((key) => !receivedKeys.has(key) && !quarantined.has(key)),
    unknown: [...receivedKeys].filter((key) => !known.has(key)),
    duplicates: received.length - receivedKeys.size,
    outOfOrder: outOfOrder(published, queued, new Set(refusedByOne.map(keyOf))),
  };
}

export function keyOf({ topic, id }: LedgerEntry): string {
  return `${topic} ${id}`;
}

/** A repeat always comes later: only the first time counts. */
function outOfOrder(
  published: ReadonlyMap<string, readonly string[]>,
  queued: readonly LedgerEntry[],
  excused: ReadonlySet<string>,
): number {
  const positions = new Map<string, number>();
  for (const [topic, ids] of published) {
    for (const [index, id] of ids.entries()) positions.set(keyOf({ topic, id }), index);
  }
  const seen = new Set<string>();
  const furthest = new Map<string, number>();
  let count = 0;
  for (const entry of queued) {
    const key = keyOf(entry);
    const position = positions.get(key);
    if (position === undefined || seen.has(key)) continue;
    seen.add(key);
    const before = furthest.get(entry.topic) ?? -1;
    if (position < before) count += excused.has(key) ? 0 : 1;
    else furthest.set(entry.topic, position);
  }
  return count;
}
