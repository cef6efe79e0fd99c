import type { Publication } from '../publications/publication.ts';

/**
 * A publication that only the holder of its session pulls: `sluice events:listen`. Its events wait in the backlog of
 * the publication with the same id and name. One session at a time takes the events in order, so none has to be held
 * for it.
 */
export interface Listener {
  /** Same as its publication's. */
  readonly id: string;
  readonly appId: string;
  /** Same as its publication's. */
  readonly name: string;
  /** Whether it is removed when its session ends. */
  readonly isTemporary: boolean;
  /** Whether it is linked to every subscription of the app; the start of a session links those added since. */
  readonly ofAll: boolean;
  /** Absent while nobody listens. */
  readonly session?: ListenerSession | undefined;
  /** When a session was last seen, as far as that is written: see `SEEN_WRITTEN_MS`. */
  readonly seenAtMs: number;
  /** The session has been told about deliveries dropped before this time. */
  readonly droppedToldMs: number;
  readonly createdAtMs: number;
  /** Grows with every write; a write names the version it read. */
  readonly version: number;
}

export interface ListenerSession {
  /** Random but not secret: a token of the app is needed as well. */
  readonly id: string;
  /** Who listens, for people: a user and a computer. */
  readonly by: string;
  readonly sinceMs: number;
}

/** Per app. Each one costs a delivery of every event that it is linked to. */
export const LISTENERS_PER_APP_MAX = 50;
/** A listener that is unused for this long ends, because no events should be stored for nobody. */
const UNUSED_MS_MAX = 24 * 3_600_000;
/** Nobody returns to a temporary listener: its session ended without closing. */
const TEMPORARY_UNUSED_MS_MAX = 3_600_000;
/** How stale `seenAtMs` may be: a session polls several times a minute, and each write costs money. */
export const SEEN_WRITTEN_MS = 5 * 60_000;
/** No `listenerEndsAtMs` lies further ahead. */
export const LISTENER_ENDS_AHEAD_MS_MAX = UNUSED_MS_MAX;
/** How long events that nobody takes are stored: as long as the listener itself. */
export const LISTENER_AGE_MS_MAX = UNUSED_MS_MAX;
/** Maximum number of waiting deliveries. A laptop takes them in minutes. */
export const LISTENER_COUNT_MAX = 10_000;
/** Maximum size of waiting events: 10 kB each if `LISTENER_COUNT_MAX` wait. */
export const LISTENER_BYTES_MAX = 100_000_000;
export const LISTENED_BY_LENGTH_MAX = 100;

/** Whether the publication belongs to a listener. */
export function isListeners(publication: Publication): boolean {
  return publication.platform === 'pull' && publication.isListener === true;
}

/** When it ends unless somebody listens before then. */
export function listenerEndsAtMs({ isTemporary, seenAtMs }: Listener): number {
  return seenAtMs + (isTemporary ? TEMPORARY_UNUSED_MS_MAX : UNUSED_MS_MAX);
}
