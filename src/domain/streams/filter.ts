import { compile } from '../../bloblang/index.ts';
import { type Event, eventJson } from '../events/event.ts';

/** A stream's filter, ready to run. The mapping sees the event's data as `this`, and its attributes as metadata. */
export interface CompiledFilter {
  apply(event: Event): FilterOutcome;
}

export type FilterOutcome =
  | { readonly kind: 'unchanged' }
  /** The event with the data that the mapping gave, as structured JSON. */
  | { readonly kind: 'changed'; readonly json: string }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'failed'; readonly message: string };

export type FilterCompilation =
  | { readonly ok: true; readonly filter: CompiledFilter }
  /** For people: line, column, what was expected, the source line with a caret. */
  | { readonly ok: false; readonly message: string };
