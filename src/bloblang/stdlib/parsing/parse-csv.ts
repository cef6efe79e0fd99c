import { fail } from '../../errors.ts';
import type { Run } from '../../runtime.ts';
import { type ObjectBuilder, setOwn } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { isCsvDelimiter, parseCsv } from '../kernels/csv.ts';
import { plainText } from '../receivers.ts';

/** Every line and every field costs a string and an entry, whatever its content. */
function payForFields(run: Run, text: string, delimiter: string): void {
  const mark = delimiter.charCodeAt(0);
  let pieces = 1;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === NEW_LINE) pieces += 5;
    else if (unit === mark) pieces++;
  }
  run.allocatePieces(pieces);
  run.allocate(text.length * 2);
}

const NEW_LINE = 10;

export const parseCsvText: MethodDefinition = {
  kind: 'method',
  name: 'parse_csv',
  tier: 'extended',
  status: 'stable',
  category: 'Parsing',
  description: 'Reads CSV: an array of objects by the header row, or of arrays without one.',
  parameters: [
    {
      name: 'parse_header_row',
      type: 'bool',
      default: true,
      description: 'Whether the first row has the names.',
    },
    { name: 'delimiter', type: 'string', default: ',', description: 'The character between fields.' },
    {
      name: 'lazy_quotes',
      type: 'bool',
      default: false,
      description: 'Take quotes inside of fields as they are.',
    },
  ],
  prepare: (args) => {
    const hasHeader = args.bool('parse_header_row');
    const delimiter = args.string('delimiter');
    const lazyQuotes = args.bool('lazy_quotes');
    const isOneCharacter = delimiter.length <= 2 && [...delimiter].length === 1;
    return (receiver, scope) => {
      if (!isOneCharacter) throw fail('delimiter value must be exactly one character');
      const text = plainText(receiver);
      if (!isCsvDelimiter(delimiter)) throw fail('csv: invalid field or comment delimiter');
      payForFields(scope.run, text, delimiter);
      const parsed = parseCsv(text, delimiter, lazyQuotes);
      if (!parsed.ok) throw fail(parsed.message);
      const [headers, ...rows] = parsed.value;
      if (headers === undefined) throw fail('zero records were parsed');
      if (!hasHeader) return parsed.value;
      return rows.map((row) => {
        scope.run.allocateKeys(headers.length);
        const object: ObjectBuilder = {};
        headers.forEach((header, index) => {
          setOwn(object, header, row[index] ?? '');
        });
        return object;
      });
    };
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
