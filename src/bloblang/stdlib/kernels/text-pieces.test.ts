import { expect, it } from 'vitest';
import { compile } from '../../index.ts';
import { EXTENDED_DEFINITIONS } from '../registry-extended.ts';

const CASES: readonly (readonly [method: string, text: string, result: string])[] = [
  ['uppercase', 'z\u00fcrich \ud801\udc28', 'Z\u00dcRICH \ud801\udc00'],
  // A letter whose capital is longer stays unchanged; the letters beside it change.
  ['uppercase', 'stra\u00dfe', 'STRA\u00dfE'],
  ['uppercase', '\u00dfa'.repeat(2_000), '\u00dfA'.repeat(2_000)],
  ['lowercase', 'Z\u00dcRICH', 'z\u00fcrich'],
  // At the end of a word, JavaScript writes a different small sigma.
  ['lowercase', '\u039f\u03a3', '\u03bf\u03c3'],
  ['lowercase', '\u0130A', 'ia'],
  ['reverse', 'a\ud83d\ude00b', 'b\ud83d\ude00a'],
  ['reverse', '\u00e9\ud83d\ude00'.repeat(2_000), '\ud83d\ude00\u00e9'.repeat(2_000)],
];

it.each(CASES)('%s of %j', (method, text, result) => {
  const compiled = compile(`root = this.${method}()`, { definitions: EXTENDED_DEFINITIONS });
  expect(compiled.ok && compiled.program.run(text)).toMatchObject({ kind: 'output', value: result });
});
