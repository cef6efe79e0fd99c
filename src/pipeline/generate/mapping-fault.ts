import { compileMapping } from '../route/filter.ts';

/** Offsets from now: a mapping may give a different event at a different time of day. */
const TRIED_AFTER_MS = [0, 60_000, 3_600_000, 86_400_000];

/**
 * Says why a generator with this mapping can never make an event; undefined if it can. A generator never has an input,
 * so a mapping that needs one fails at each run. The mapping is tried a few times, each within the limits of a run: one
 * that fails by chance or only at some times is accepted, and its failures are shown when they occur.
 */
export function mappingFault(mapping: string, nowMs: number): string | undefined {
  const compiled = compileMapping(mapping);
  if (!compiled.ok) return `the mapping does not compile: ${compiled.fault.message}`;
  let message: string | undefined;
  for (const afterMs of TRIED_AFTER_MS) {
    const made = compiled.run(nowMs + afterMs);
    if (made.kind !== 'failed') return undefined;
    message ??= made.fault.message;
    // Each try may cost as much as a run is allowed to.
    if (made.fault.id === 'mapping-reached-limit') {
      return `expected a mapping that makes an event within the limits of a run, found that it reaches one: ${made.fault.message}. Let it do less, or make a smaller event`;
    }
  }
  return `expected a mapping that makes an event without an input (a generator has none, so \`this\` is empty), found that it fails each time it is tried: ${message}. Use functions such as now(), uuid_v4() or random_int(), or give a value for what is missing: \`this.name | "none"\``;
}
