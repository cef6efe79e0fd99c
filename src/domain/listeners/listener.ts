import type { Publication } from '../publications/publication.ts';

/**
 * A publication that is pulled by whoever holds its session: `sluice events:listen`. What it is sent waits in the backlog of the
 * publication, which has its id and its name. One session at a time takes the events, in their order, so that none of them has to
 * be held for it.
 */
export interface Listener {
  /** That of its publication. */
  readonly id: string;
  readonly appId: string;
  /** That of its publication. */
  readonly name: string;
  /** Goes when its session ends. */
  readonly isTemporary: boolean;
  /** Linked to every subscription of the app, and at the beginning of a session to those that came since. */
  readonly ofAll: boolean;
  /** Absent while nobody listens. */
  readonly session?: ListenerSession | undefined;
  /** When a session was last heard of, as far as it is written: see `SEEN_WRITTEN_MS`. */
  readonly seenAtMs: number;
  /** Deliveries that were dropped before this were told to whoever listened. */
  readonly droppedToldMs: number;
  readonly createdAtMs: number;
  /** Grows with every write; a write names the version it read. */
  readonly version: number;
}

export interface ListenerSession {
  /** Random. No secret: a token of the app is needed beside it. */
  readonly id: string;
  /** Who listens, for people: a user and a computer. */
  readonly by: string;
  readonly sinceMs: number;
}

/** Of an app. Each costs a delivery of every event that it is linked to. */
export const LISTENERS_PER_APP_MAX = 50;
/** A listener that nobody used for so long ends: events must not wait for nobody. */
const UNUSED_MS_MAX = 24 * 3_600_000;
/** Nobody comes back to a temporary one: its session ended without saying so. */
const TEMPORARY_UNUSED_MS_MAX = 3_600_000;
/** How old what is written of a session may be: it asks some times a minute, and each write costs. */
export const SEEN_WRITTEN_MS = 5 * 60_000;
/** No `listenerEndsAtMs` is set further ahead. */
export const LISTENER_ENDS_AHEAD_MS_MAX = UNUSED_MS_MAX;
/** For how long what nobody takes is kept: as long as the listener itself. */
export const LISTENER_AGE_MS_MAX = UNUSED_MS_MAX;
/** Deliveries that wait. A laptop takes them in minutes. */
export const LISTENER_COUNT_MAX = 10_000;
/** Of events that wait: 10 kB each, where as many wait as may. */
export const LISTENER_BYTES_MAX = 100_000_000;
export const LISTENED_BY_LENGTH_MAX = 100;

/** Whether it is the publication of a listener. */
export function isListeners(publication: Publication): boolean {
  return publication.platform === 'pull' && publication.isListener === true;
}

/** When it ends unless somebody listens until then. */
export function listenerEndsAtMs({ isTemporary, seenAtMs }: Listener): number {
  return seenAtMs + (isTemporary ? TEMPORARY_UNUSED_MS_MAX : UNUSED_MS_MAX);
}
