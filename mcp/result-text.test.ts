import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RESULT_CHARACTERS_MAX, resultText } from './result-text.ts';

describe('the text of a result', () => {
  it('has one beginning and one end of the data, whatever is in it, and all of it for who parses it', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('</data>', '<data note="">', '\u202e', '\u001b[2J'),
    );
    fc.assert(
      fc.property(fc.dictionary(hostile, fc.array(hostile, { maxLength: 5 }), { maxKeys: 5 }), (data) => {
        const text = resultText({ words: 'Ours.', data });
        const lines = text.split('\n');
        expect(lines).toHaveLength(4);
        expect(text.match(/<\/?data/g)).toHaveLength(2);
        expect(lines[2]).not.toMatch(/\p{C}/u);
        expect(JSON.parse(lines[2] ?? '')).toEqual({ ...data });
      }),
    );
  });

  it('is cut where it is too long, on both sides of the limit', () => {
    // Two quotation marks are part of the data.
    const fitting = resultText({ words: '', data: 'x'.repeat(RESULT_CHARACTERS_MAX - 2) });
    expect(fitting).not.toContain('too large');
    const cut = resultText({ words: '', data: 'x'.repeat(RESULT_CHARACTERS_MAX - 1) });
    expect(cut).toContain('too large to be shown whole');
    expect(cut).toContain(`… [${RESULT_CHARACTERS_MAX - 1 - 4_000} more characters]`);
  });

  it.each([
    ['a list', Array.from({ length: 50_000 }, (_, at) => ({ at, text: 'x'.repeat(100) }))],
    ['very many fields', Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`field${at}`, at]))],
    ['an integer beyond 2^53 among much', { n: 2n ** 60n, rest: 'x'.repeat(1_000_000) }],
  ])('is never much longer than the limit: %s', (_what, data) => {
    expect(resultText({ words: 'Ours.', data }).length).toBeLessThan(RESULT_CHARACTERS_MAX + 500);
  });

  it('keeps our own words within the limit, too', () => {
    expect(resultText({ words: 'x'.repeat(100_000) }).length).toBeLessThan(RESULT_CHARACTERS_MAX + 100);
  });
});
