import { parseRfc3339 } from '../../src/base/calendar.ts';
import { parseDurationMs } from '../../src/base/duration.ts';
import { quoted } from '../../src/domain/fields.ts';
import { UsageFailure } from './failure.ts';

/** The fields of a filter that were given. */
export function givenParts<T extends object>(filter: T): Partial<T> {
  const given: Partial<T> = {};
  for (const name of Object.keys(filter) as (keyof T)[]) {
    if (filter[name] !== undefined) given[name] = filter[name];
  }
  return given;
}

export function isFiltered(filter: object): boolean {
  return Object.keys(filter).length > 0;
}

export function queryOf(filter: object): URLSearchParams {
  return new URLSearchParams(
    Object.entries(filter).map(([name, value]): [string, string] => [name, String(value)]),
  );
}

/** Parses a time, or a duration that means "so long ago". */
export function timeOf(flag: string, text: string | undefined): string | undefined {
  if (text === undefined || parseRfc3339(text) !== undefined) return text;
  const agoMs = parseDurationMs(text);
  if (agoMs !== undefined) return new Date(Date.now() - agoMs).toISOString();
  throw new UsageFailure(
    `expected --${flag} to be a time such as 2026-11-23T20:00:00Z, or how long ago it was, such as 2h, found ${quoted(text)}`,
  );
}

/**
 * Expects either an id or a filter, not both.
 * @param what what the id names, such as `a delivery`
 * @param flag one of the filter's flags, for the message
 */
export function expectIdOrFilter(
  { id, all, filter }: { readonly id: string | undefined; readonly all: boolean; readonly filter: object },
  what: string,
  flag: string,
): void {
  if ((id === undefined) === (all || isFiltered(filter))) return;
  throw new UsageFailure(
    `expected the id of ${what}, or a filter (--${flag}, --since, …, or --all), and not both`,
  );
}
