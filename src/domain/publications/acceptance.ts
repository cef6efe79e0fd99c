import type { Event } from '../events/event.ts';
import type { Platform, PublicationOf } from './publication.ts';

export type Accepted =
  /** The event as it is to be queued. */
  | { readonly ok: true; readonly event: Event }
  /** A sentence that says what was expected. */
  | { readonly ok: false; readonly message: string };

/** Judges an event that an app publishes, before it is queued: what can never be sent is refused at once. */
export type Acceptance<P extends Platform> = (publication: PublicationOf<P>, event: Event) => Accepted;

/** Of each platform that refuses some events, loaded with the first event for it. The others take every event. */
export type Acceptances = { readonly [P in Platform]?: () => Promise<Acceptance<P>> };
