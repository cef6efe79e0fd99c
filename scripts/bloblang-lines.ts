// `npm run -s bloblang:lines`: one JSON object per line in, one per line out; each is a mapping to try on a message.
//
//   in   {"id","mapping","input_raw","meta"}     input_raw null means no input
//   out  {"id","outcome","output_raw","meta","error"}
//
// A line that is not such an object yields an error line, and reading continues; an empty line yields nothing. Lines end only at a line
// feed (`readline` would also end them at U+2028, which JSON may contain), and numbers keep their original text.

import {
  bodyText,
  compile,
  type Definition,
  encodeJson,
  type ObjectValue,
  parseJson,
  type Value,
} from '../src/bloblang/index.ts';
import { EXTENDED_DEFINITIONS } from '../src/bloblang/stdlib/registry-extended.ts';
import { LIBRARY_DEFINITIONS } from '../src/bloblang/stdlib/registry-library.ts';

const definitions: readonly Definition[] = [...EXTENDED_DEFINITIONS, ...LIBRARY_DEFINITIONS];

interface Answer {
  readonly id: Value;
  readonly outcome: 'output' | 'unchanged' | 'deleted' | 'error' | 'compile_error';
  readonly output_raw: string | null;
  readonly meta: ObjectValue | null;
  readonly error: string | null;
}

interface Question {
  readonly mapping: string;
  readonly input_raw: string | null;
  readonly meta: ObjectValue;
}

function isRecord(value: Value | undefined): value is ObjectValue {
  // Among the values that JSON yields, numbers that keep their text are class instances.
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function readQuestion(record: ObjectValue): Question {
  const { mapping, input_raw = null, meta = {} } = record;
  if (typeof mapping !== 'string') throw new Error('"mapping" must be a string');
  if (input_raw !== null && typeof input_raw !== 'string') {
    throw new Error('"input_raw" must be a string or null');
  }
  if (!isRecord(meta)) throw new Error('"meta" must be an object');
  return { mapping, input_raw, meta };
}

function answer(id: Value, { mapping, input_raw, meta }: Question): Answer {
  const compiled = compile(mapping, { definitions });
  if (!compiled.ok) {
    const error = compiled.diagnostics[0].text;
    return { id, outcome: 'compile_error', output_raw: null, meta: null, error };
  }
  const outcome = compiled.program.runBytes(new TextEncoder().encode(input_raw ?? ''), { meta });
  switch (outcome.kind) {
    case 'output':
      return {
        id,
        outcome: 'output',
        output_raw: bodyText(outcome.value),
        meta: outcome.meta,
        error: null,
      };
    case 'unchanged':
      return {
        id,
        outcome: 'unchanged',
        output_raw: input_raw,
        meta: outcome.meta,
        error: null,
      };
    case 'deleted':
      return { id, outcome: 'deleted', output_raw: null, meta: null, error: null };
    case 'error':
      return { id, outcome: 'error', output_raw: null, meta: null, error: outcome.error };
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Object && 'message' in error ? String(error.message) : String(error);
}

function answerLine(line: string): Answer {
  let id: Value = null;
  try {
    const record = parseJson(line, 'text', 'refuse');
    if (!isRecord(record)) throw new Error('a line must be a JSON object');
    id = record['id'] ?? null;
    return answer(id, readQuestion(record));
  } catch (error) {
    return { id, outcome: 'error', output_raw: null, meta: null, error: `bad line: ${reasonOf(error)}` };
  }
}

/** Keys in the order of `Answer`; `encodeJson` would sort them. */
function writtenLine(answer: Answer): string {
  const fields = Object.entries(answer).map(([name, value]) => {
    const text =
      typeof value === 'string' ? JSON.stringify(value) : encodeJson(value, { maxLength: Infinity });
    return `"${name}":${text}`;
  });
  return `{${fields.join(',')}}\n`;
}

async function* linesOf(input: NodeJS.ReadStream): AsyncGenerator<string> {
  let parts: string[] = [];
  for await (const chunk of input.setEncoding('utf8')) {
    const text = String(chunk);
    let start = 0;
    for (let feed = text.indexOf('\n'); feed >= 0; feed = text.indexOf('\n', start)) {
      yield parts.join('') + text.slice(start, feed);
      parts = [];
      start = feed + 1;
    }
    parts.push(text.slice(start));
  }
  yield parts.join('');
}

for await (const line of linesOf(process.stdin)) {
  if (line.trim() === '') continue;
  if (!process.stdout.write(writtenLine(answerLine(line)))) {
    await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}
