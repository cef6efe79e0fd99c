import { describe, expect, it } from 'vitest';
import { NAME_LENGTH_MAX, nameFault, publicationNameFault } from './names.ts';

describe('a name', () => {
  it.each(['a', 'QuoteGenerationComplete', 'my-org', 'v1.2_x', 'x'.repeat(NAME_LENGTH_MAX)])(
    '%s is good',
    (name) => {
      expect(nameFault(name)).toBeUndefined();
    },
  );

  it.each([
    ['', 'empty'],
    ['a/b', '"a/b"'],
    ['a b', '"a b"'],
    ['-x', 'starts with a letter or digit'],
    ['naïve', 'letters, digits'],
    ['x'.repeat(NAME_LENGTH_MAX + 1), 'at most 80'],
    ['5d25c8a0-28b1-44fc-b6c0-e91fa018a42f', 'does not look like an id'],
  ])('%j is refused: %s', (name, said) => {
    expect(nameFault(name)).toContain(said);
  });
});

describe('the name of a publication', () => {
  it.each(['v1', 'V2', 'v10', 'console', 'Console'])('%s is reserved', (name) => {
    expect(publicationNameFault(name)).toMatch(/reserved/);
    expect(nameFault(name)).toBeUndefined();
  });

  it.each(['v', 'v1a', 'orders-v1', 'version1'])('%s is not', (name) => {
    expect(publicationNameFault(name)).toBeUndefined();
  });
});
