import { describe, expect, it } from 'vitest';
import { mappingFault } from './mapping-fault.ts';

const NOW_MS = Date.parse('2026-01-01T12:00:00Z');

describe('a mapping of a generator', () => {
  it.each([
    'root.id = uuid_v4()',
    'root.n = counter()',
    'root = deleted()',
    'root.name = this.name | "none"',
    'root.name = this.name.catch("none")',
    'root = if random_int(max: 999999) == 0 { throw("unlucky") } else { {} }',
    'root = if now().ts_format("15", "UTC") == "12" { throw("not at noon") } else { {} }',
  ])('can make an event: %s', (mapping) => {
    expect(mappingFault(mapping, NOW_MS)).toBeUndefined();
  });

  it.each([
    [
      'root.n = this.order.id',
      "found that it fails each time it is tried: failed assignment (line 1): unable to reference message as structured (with 'this.order.id'): message is empty",
    ],
    ['root = throw("never")', 'found that it fails each time it is tried: failed assignment (line 1): never'],
    ['let a = 1', 'expected the mapping to assign root, found that it did not'],
    [
      'root = range(0, 400000)',
      'within the limits of a run, found that it reaches one: failed assignment (line 1): limit outputBytes',
    ],
    [
      'root = range(0, 900000).map_each(n -> range(0, 1000))',
      'within the limits of a run, found that it reaches one: failed assignment (line 1): limit ',
    ],
    ['root = = 1', 'the mapping does not compile: line 1 char 8'],
  ])('can never make an event: %s', (mapping, says) => {
    expect(mappingFault(mapping, NOW_MS)).toContain(says);
  });
});
