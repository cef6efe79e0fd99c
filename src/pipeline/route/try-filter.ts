import { isJsonObject, parseJson, stringifyJson } from '../../base/json.ts';
import type { Event } from '../../domain/events/event.ts';
import type { CompiledFilter } from './filter.ts';

/** What a stream with a filter would make of an event. */
export type FilterResult =
  | { readonly kind: 'kept'; readonly data: unknown }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'failed'; readonly message: string };

/** `null` means a stream without a filter. */
export function tryFilter(filter: CompiledFilter | null, event: Event): FilterResult {
  if (filter === null) return { kind: 'kept', data: event.data };
  const outcome = filter.apply(event);
  if (outcome.kind === 'unchanged') return { kind: 'kept', data: event.data };
  if (outcome.kind !== 'changed') return outcome;
  const changed = parseJson(outcome.json);
  return { kind: 'kept', data: isJsonObject(changed) ? changed['data'] : changed };
}

const DOES = { kept: 'passes', dropped: 'is dropped', failed: 'fails' } as const;
const WOULD = { kept: 'would pass', dropped: 'would be dropped', failed: 'would fail' } as const;

/** Says, for people, how another filter would change the result for an event; undefined if it would not. */
export function differenceOf(now: FilterResult, then: FilterResult): string | undefined {
  if (now.kind !== then.kind) return `${DOES[now.kind]} now, ${WOULD[then.kind]}`;
  if (now.kind !== 'kept' || then.kind !== 'kept') return undefined;
  return stringifyJson(now.data) === stringifyJson(then.data) ? undefined : 'passes with other data';
}
