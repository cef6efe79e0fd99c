import { fail } from '../../errors.ts';
import { allocateEntries } from '../../runtime.ts';
import { type ObjectBuilder, setOwn } from '../../values.ts';
import { aBool, aString, type Documentation, defineMethod } from '../definition.ts';
import { isCsvDelimiter, parseCsv } from '../kernels/csv.ts';
import { plainText } from '../receivers.ts';

export const parseCsvText = defineMethod(
  'parse_csv',
  [
    aBool('parse_header_row', { default: true }),
    aString('delimiter', { default: ',' }),
    aBool('lazy_quotes', { default: false }),
  ],
  (args) => {
    const hasHeader = args.bool(0);
    const delimiter = args.string(1);
    const lazyQuotes = args.bool(2);
    return (receiver, scope) => {
      if ([...delimiter].length !== 1) throw fail('delimiter value must be exactly one character');
      const text = plainText(receiver);
      if (!isCsvDelimiter(delimiter)) throw fail('csv: invalid field or comment delimiter');
      scope.run.allocate(text.length);
      const parsed = parseCsv(text, delimiter, lazyQuotes);
      if (!parsed.ok) throw fail(parsed.message);
      const [headers, ...rows] = parsed.value;
      if (headers === undefined) throw fail('zero records were parsed');
      allocateEntries(scope, parsed.value.length * (headers.length + 1));
      if (!hasHeader) return parsed.value;
      return rows.map((row) => {
        const object: ObjectBuilder = {};
        headers.forEach((header, index) => {
          setOwn(object, header, row[index] ?? '');
        });
        return object;
      });
    };
  },
);

export const documentation: Documentation = {
  definition: parseCsvText,
  tier: 'extended',
  status: 'stable',
  category: 'Parsing',
  description: 'Reads CSV: an array of objects by the header row, or of arrays without one.',
  parameters: {
    parse_header_row: 'Whether the first row has the names.',
    delimiter: 'The character between fields.',
    lazy_quotes: 'Take quotes inside of fields as they are.',
  },
  examples: [
    { mapping: 'root = this.v.parse_csv()', input: '{"v":"a,b\\n1,2"}', output: '[{"a":"1","b":"2"}]' },
    {
      mapping: 'root = this.v.parse_csv(false)',
      input: '{"v":"a,b\\n1,2"}',
      output: '[["a","b"],["1","2"]]',
    },
  ],
};
