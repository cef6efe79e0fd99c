import type { Request } from './receiver.ts';
import type { Aftermath } from './recover.ts';
import type { Scenario } from './scenarios.ts';
import type { Promised } from './world.ts';

/** The broken promises; empty if the ledger holds. */
export function faultsOf(
  { ordered = [], pulled = [], mayEnd, deadLetters = 0 }: Scenario,
  promises: readonly Promised[],
  requests: readonly Request[],
  aftermath: Aftermath,
): readonly string[] {
  const faults: string[] = [];
  const taken = (publication: string, id: string) =>
    requests.some((each) => each.publication === publication && each.id === id && each.isTaken);
  for (const { kind, to, id } of promises) {
    if (kind !== 'accepted') continue;
    for (const publication of to) {
      const record = aftermath.records.find(
        (each) => each.publication === publication && each.eventId === id,
      );
      const isThere = pulled.includes(publication) ? record?.status === 'delivered' : taken(publication, id);
      // A delivery that is open or falsely delivered is reported below.
      if (!isThere && record === undefined)
        faults.push(`${id} for ${publication} was accepted and is nowhere`);
    }
  }
  for (const { publication, eventId, status } of aftermath.records) {
    if (status !== 'delivered' && status !== mayEnd)
      faults.push(`${eventId} for ${publication} ends as ${status}`);
    if (status === 'delivered' && !pulled.includes(publication) && !taken(publication, eventId))
      faults.push(`${eventId} for ${publication} is said to be delivered and never came`);
  }
  if (aftermath.messages > 0) faults.push(`${aftermath.messages} messages are stuck in the queues`);
  if (aftermath.deadLetters > deadLetters) faults.push(`${aftermath.deadLetters} messages are dead letters`);
  if (aftermath.openRedrives > 0) faults.push('a redrive does not end');
  if (aftermath.blockedLanes > 0) faults.push('a lane stays blocked');
  if (promises.some(({ kind }) => kind === 'redriven')) {
    for (const { eventId, status } of aftermath.records)
      if (status === 'exhausted') faults.push(`${eventId} was to be redriven and is exhausted`);
  }
  const ids = new Map<string, string>();
  for (const { publication, id, data } of requests) {
    const event = `${publication} ${data.n}`;
    if (data.n !== undefined && (ids.get(event) ?? id) !== id)
      faults.push(`${event} came as ${ids.get(event)} and as ${id}`);
    ids.set(event, id);
  }
  for (const publication of ordered) faults.push(...disorder(publication, requests));
  for (const made of aftermath.generated) {
    if (!requests.some(({ id }) => id === made)) faults.push(`${made} was counted as made and never came`);
  }
  return faults;
}

/** Events of a key whose first delivery came after that of a later event. */
function disorder(publication: string, requests: readonly Request[]): readonly string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  const last = new Map<string, number>();
  for (const { publication: to, id, data, isTaken } of requests) {
    if (to !== publication || !isTaken || seen.has(id)) continue;
    seen.add(id);
    const { n = 0, key = '' } = data;
    if ((last.get(key) ?? 0) > n) faults.push(`${id} of the key ${key} came after ${last.get(key)}`);
    last.set(key, Math.max(n, last.get(key) ?? 0));
  }
  return faults;
}
