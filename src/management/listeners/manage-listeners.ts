import { isDue } from '../../base/due.ts';
import { newUuid, randomText } from '../../base/ids.ts';
import { DELIVERY_PAGE_MAX } from '../../domain/deliveries/delivery-store.ts';
import { PULL_BACKLOG_COUNTED_MAX, PULL_SETTINGS_DEFAULT } from '../../domain/deliveries/pull.ts';
import {
  isListeners,
  LISTENER_AGE_MS_MAX,
  LISTENER_COUNT_MAX,
  LISTENER_ENDS_AHEAD_MS_MAX,
  LISTENERS_PER_APP_MAX,
  type Listener,
  type ListenerSession,
  listenerEndsAtMs,
} from '../../domain/listeners/listener.ts';
import type { ListenerStore } from '../../domain/listeners/listener-store.ts';
import { publicationNameFault } from '../../domain/names.ts';
import { PUBLICATIONS_PER_APP_MAX, type PublicationOf } from '../../domain/publications/publication.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import { updateRecord } from '../../domain/update-record.ts';
import { startForStream, type WakePorts } from '../feeds/start-waiting-feeds.ts';
import { notFound } from '../not-found.ts';
import { type ChangePublicationPorts, deletePublication } from '../publications/change-publication.ts';
import { filterRefusal, newStream, streamLimitRefusal } from '../streams/manage-streams.ts';

export interface ListenerPorts
  extends WakePorts,
    Pick<
      ChangePublicationPorts,
      'publications' | 'subscriptions' | 'streams' | 'deliveries' | 'clock' | 'retention'
    > {
  readonly listeners: ListenerStore;
}

export interface WantedSession {
  readonly by: string;
  /** Names or ids. Absent: unchanged; for a new listener, all. */
  readonly sources?: readonly string[] | undefined;
  /** Absent: unchanged. */
  readonly filter?: string | null | undefined;
  /** Applies to a new listener. */
  readonly isTemporary: boolean;
}

export interface OpenedSession {
  readonly kind: 'opened';
  readonly listener: Listener & { readonly session: ListenerSession };
  /** The previous session, if it had not ended. */
  readonly takenFrom?: (ListenerSession & { readonly seenAtMs: number }) | undefined;
  readonly state: ListenerState;
}

/** What is shown of a listener besides its record. */
export interface ListenerState {
  readonly sources: readonly { readonly subscription: Subscription; readonly filter: string | null }[];
  readonly waitingCount: number;
  readonly droppedCount: number;
  readonly droppedSinceMs: number;
}

const SESSION_BYTES = 16;
/** Counting reads one index entry each; beyond this many, the exact number is of no use. */
const DROPPED_COUNTED_MAX = 1_000;
/** Listeners per minute; the next run handles the rest. */
const ENDED_PER_RUN_MAX = 100;

/**
 * Begins a session, which ends the previous one. Creates the listener if there is none: its record, then its
 * publication, then its streams. Each step finds what an earlier attempt left, so a crashed or refused attempt can
 * simply be repeated.
 */
export async function openSession(
  ports: ListenerPorts,
  appId: string,
  name: string,
  wanted: WantedSession,
): Promise<OpenedSession | Refusal> {
  const fault = publicationNameFault(name);
  if (fault !== undefined) return refuse('invalid-name', fault);
  const filterFault = filterRefusal(wanted.filter ?? null);
  if (filterFault !== undefined) return filterFault;
  const named = await findSources(ports, appId, wanted.sources);
  if ('kind' in named) return named;
  const { listeners, publications, clock } = ports;
  const nowMs = clock.now();
  const session: ListenerSession = { id: randomText(SESSION_BYTES), by: wanted.by, sinceMs: nowMs };
  const before = await listeners.get(appId, name);
  const record =
    before === undefined
      ? await createListener(ports, appId, name, session, wanted)
      : await updateRecord<Listener>({
          read: () => listeners.get(appId, before.id),
          change: (current) => ({
            ...current,
            session,
            seenAtMs: nowMs,
            droppedToldMs: nowMs,
            ofAll: wanted.sources === undefined ? current.ofAll : false,
          }),
          write: (current) => listeners.update(current),
          missing: notFound('listener', name).message,
        });
  if (record.kind === 'refused') return record;
  const listener = { ...record.record, session };
  const publication = publicationOf(listener);
  if ((await publications.create(publication)) === 'name-taken') {
    const other = await publications.get(appId, name);
    if (other === undefined || other.id !== listener.id || !isListeners(other)) {
      await listeners.remove(appId, listener.id);
      return nameTaken(name);
    }
  }
  const linked = await linkSources(ports, listener, named.sources, wanted.filter);
  if (linked !== undefined) {
    if (before === undefined) await removeListener(ports, listener);
    return linked;
  }
  const former = before?.session;
  return {
    kind: 'opened',
    listener,
    takenFrom: former === undefined ? undefined : { ...former, seenAtMs: before?.seenAtMs ?? former.sinceMs },
    state: await listenerState(ports, listener, before?.droppedToldMs ?? nowMs),
  };
}

async function findSources(
  { subscriptions }: ListenerPorts,
  appId: string,
  names: readonly string[] | undefined,
): Promise<{ readonly sources: readonly Subscription[] | undefined } | Refusal> {
  if (names === undefined) return { sources: undefined };
  const found: Subscription[] = [];
  for (const name of new Set(names)) {
    const subscription = await subscriptions.get(appId, name);
    if (subscription === undefined) return notFound('subscription', name);
    found.push(subscription);
  }
  return { sources: found };
}

async function createListener(
  { listeners, publications, clock }: ListenerPorts,
  appId: string,
  name: string,
  session: ListenerSession,
  { sources, isTemporary }: WantedSession,
): Promise<{ readonly kind: 'created'; readonly record: Listener } | Refusal> {
  // The record is written before the publication. A publication of another kind is detected here and again on writing.
  if ((await publications.get(appId, name)) !== undefined) return nameTaken(name);
  const held = await publications.list(appId);
  if (held.length >= PUBLICATIONS_PER_APP_MAX) {
    return refuse(
      'limit-reached',
      `expected at most ${PUBLICATIONS_PER_APP_MAX} publications in an app, found ${held.length}: delete one that is no longer used`,
    );
  }
  if ((await listeners.list(appId)).length >= LISTENERS_PER_APP_MAX) {
    return refuse(
      'limit-reached',
      `expected at most ${LISTENERS_PER_APP_MAX} listeners in an app, found as many: remove one with \`sluice events:listen NAME --remove\``,
    );
  }
  const nowMs = clock.now();
  const listener: Listener = {
    id: newUuid(),
    appId,
    name,
    isTemporary,
    ofAll: sources === undefined,
    session,
    seenAtMs: nowMs,
    droppedToldMs: nowMs,
    createdAtMs: nowMs,
    version: 1,
  };
  return (await listeners.create(listener)) === 'created'
    ? { kind: 'created', record: listener }
    : refuse('try-again', `somebody else begins to listen as ${name} at this moment: try again`);
}

function publicationOf({ id, appId, name, createdAtMs }: Listener): PublicationOf<'pull'> {
  return {
    ...PULL_SETTINGS_DEFAULT,
    maxCount: LISTENER_COUNT_MAX,
    maxAgeMs: LISTENER_AGE_MS_MAX,
    isListener: true,
    id,
    appId,
    name,
    platform: 'pull',
    state: 'active',
    createdAtMs,
    version: 1,
  };
}

/** Brings the streams to the desired state: those of the named sources, or of all; a given filter applies to each. */
async function linkSources(
  ports: ListenerPorts,
  { id, appId, name, ofAll }: Listener,
  named: readonly Subscription[] | undefined,
  filter: string | null | undefined,
): Promise<Refusal | undefined> {
  const { streams, subscriptions, clock } = ports;
  const current = (await streams.list(appId)).filter(({ publicationId }) => publicationId === id);
  const wanted = named ?? (ofAll ? (await subscriptions.list(appId)).filter(carriesAppEvents) : undefined);
  for (const stream of current) {
    const isWanted = named === undefined || named.some((each) => each.id === stream.subscriptionId);
    if (!isWanted) await streams.remove(appId, stream.subscriptionId, id);
    else if (filter !== undefined && stream.filter !== filter) await streams.update({ ...stream, filter });
  }
  const isLinked = (subscription: Subscription) =>
    current.some(({ subscriptionId }) => subscriptionId === subscription.id);
  const usual = current[0]?.filter ?? null;
  for (const subscription of (wanted ?? []).filter((each) => !isLinked(each))) {
    const limit = await streamLimitRefusal(streams, appId);
    if (limit !== undefined) return limit;
    const stream: Stream = newStream(
      subscription,
      { id, name },
      filter === undefined ? usual : filter,
      clock.now(),
    );
    await streams.create(stream);
    // A concurrent deletion of the subscription removes only the streams that existed then.
    if ((await subscriptions.get(appId, subscription.id)) === undefined) {
      await streams.remove(appId, subscription.id, id);
      continue;
    }
    await startForStream(ports, subscription);
  }
  return undefined;
}

/** Operational events about Sluice itself are only listened to on request. */
function carriesAppEvents({ platform }: Subscription): boolean {
  return platform !== 'sluice';
}

function nameTaken(name: string): Refusal {
  return refuse(
    'name-taken',
    `expected a name for the listener that no publication has, found the publication ${JSON.stringify(name)}: choose another name`,
  );
}

export async function listenerState(
  { streams, subscriptions, deliveries }: Pick<ListenerPorts, 'streams' | 'subscriptions' | 'deliveries'>,
  { id, appId, droppedToldMs }: Listener,
  droppedSinceMs: number = droppedToldMs,
): Promise<ListenerState> {
  const [linked, all, waitingCount, droppedCount] = await Promise.all([
    streams.list(appId),
    subscriptions.list(appId),
    deliveries.countAvailable(appId, id, PULL_BACKLOG_COUNTED_MAX),
    countDropped(deliveries, appId, id, droppedSinceMs),
  ]);
  const sources = all.flatMap((subscription) => {
    const stream = linked.find(
      (each) => each.publicationId === id && each.subscriptionId === subscription.id,
    );
    return stream === undefined ? [] : [{ subscription, filter: stream.filter }];
  });
  return { sources, waitingCount, droppedCount, droppedSinceMs };
}

/** Counts deliveries dropped because of age or number, from their records, which stay listed for a week. */
async function countDropped(
  deliveries: ListenerPorts['deliveries'],
  appId: string,
  publicationId: string,
  sinceMs: number,
): Promise<number> {
  let count = 0;
  let scanned = 0;
  let after: string | undefined;
  do {
    const page = await deliveries.list(appId, {
      statuses: ['exhausted'],
      publicationId,
      limit: DELIVERY_PAGE_MAX,
      after,
    });
    count += page.deliveries.filter(({ updatedAtMs }) => updatedAtMs >= sinceMs).length;
    scanned += DELIVERY_PAGE_MAX;
    after = page.next;
  } while (after !== undefined && scanned < DROPPED_COUNTED_MAX);
  return count;
}

/** Ends the session. A temporary listener is removed with it. */
export async function endSession(
  ports: ListenerPorts,
  appId: string,
  name: string,
  sessionId: string,
): Promise<{ readonly kind: 'ended'; readonly listener: Listener; readonly state: ListenerState } | Refusal> {
  const { listeners, clock } = ports;
  const updated = await updateRecord<Listener>({
    read: () => listeners.get(appId, name),
    change: (current) =>
      current.session?.id === sessionId
        ? { ...current, session: undefined, seenAtMs: clock.now() }
        : sessionOver(current),
    write: (current) => listeners.update(current),
    missing: notFound('listener', name).message,
  });
  if (updated.kind === 'refused') return updated;
  const listener = updated.record;
  const state = await listenerState(ports, listener);
  if (listener.isTemporary) await removeListener(ports, listener);
  return { kind: 'ended', listener, state };
}

/** The refusal for a session that is no longer the listener's. */
export function sessionOver({ name, session }: Listener): Refusal {
  return refuse(
    'session-over',
    session === undefined
      ? `expected the session of the listener ${name}, found that it has ended: begin another`
      : `the listener ${name} was taken over by ${session.by} at ${new Date(session.sinceMs).toISOString()}`,
  );
}

/** Removes the listener with its publication and streams, and discards waiting deliveries. */
export async function deleteListener(
  ports: ListenerPorts,
  appId: string,
  name: string,
): Promise<
  { readonly kind: 'deleted'; readonly listener: Listener; readonly state: ListenerState } | Refusal
> {
  const listener = await ports.listeners.get(appId, name);
  if (listener === undefined) return notFound('listener', name);
  const state = await listenerState(ports, listener);
  await removeListener(ports, listener);
  return { kind: 'deleted', listener, state };
}

type RemovePorts = Pick<
  ListenerPorts,
  'listeners' | 'publications' | 'streams' | 'deliveries' | 'clock' | 'retention'
>;

/** Removes the record last, so that after a crash the removal is repeated, by the schedule at the latest. */
async function removeListener(ports: RemovePorts, { appId, id }: Listener): Promise<void> {
  // This is refused if the publication is already gone.
  await deletePublication(ports, appId, id);
  await ports.listeners.remove(appId, id);
}

/** For the schedule: removes listeners that were unused for long; returns how many. */
export async function endUnusedListeners(ports: RemovePorts & Pick<ListenerPorts, 'log'>): Promise<number> {
  const { listeners, clock, log } = ports;
  const due = await listeners.listDue(clock.now(), ENDED_PER_RUN_MAX);
  let endedCount = 0;
  for (const { appId, id } of due) {
    // A session may have begun since the list was read.
    const current = await listeners.get(appId, id);
    if (current === undefined) continue;
    if (!isDue(listenerEndsAtMs(current), clock.now(), LISTENER_ENDS_AHEAD_MS_MAX)) continue;
    await removeListener(ports, current);
    log.write('LISTENER_ENDED', { appId, listener: current.name });
    endedCount += 1;
  }
  return endedCount;
}
