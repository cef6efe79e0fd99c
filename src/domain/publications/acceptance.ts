import type { Event } from '../events/event.ts';
import type { Platform, PublicationOf } from './publication.ts';

export type Accepted =
  /** The event in the form to be queued. */
  | { readonly ok: true; readonly event: Event }
  /** A sentence that says what was expected. */
  | { readonly ok: false; readonly message: string };

/** Validates a published event before it is queued, so that one that can never be sent is refused at once. */
export type Acceptance<P extends Platform> = (publication: PublicationOf<P>, event: Event) => Accepted;

/** One for each platform that refuses some events, loaded with its first event. The others accept every event. */
export type Acceptances = { readonly [P in Platform]?: () => Promise<Acceptance<P>> };
