// `npm run -s bloblang:lines`: one JSON object a line in, one a line out; a mapping to try on a message.
//
//   in   {"id","mapping","input_raw","meta"}     input_raw null means no input
//   out  {"id","outcome","output_raw","meta","error"}
//
// A line that is no such object gives an error line, and the next one is read.

import { createInterface } from 'node:readline';
import {
  bodyText,
  compile,
  type Definition,
  encodeJson,
  type ObjectValue,
  parseJson,
} from '../src/bloblang/index.ts';
import { EXTENDED_DEFINITIONS } from '../src/bloblang/stdlib/registry-extended.ts';
import { LIBRARY_DEFINITIONS } from '../src/bloblang/stdlib/registry-library.ts';

const definitions: readonly Definition[] = [...EXTENDED_DEFINITIONS, ...LIBRARY_DEFINITIONS];

interface Answer {
  readonly id: unknown;
  readonly outcome: 'output' | 'unchanged' | 'deleted' | 'error' | 'compile_error';
  readonly output_raw: string | null;
  readonly meta: unknown;
  readonly error: string | null;
}

interface Question {
  readonly mapping: string;
  readonly input_raw: string | null;
  readonly meta: ObjectValue;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Metadata as the language holds it: a number that JavaScript cannot hold stays exact. */
function readMeta(value: unknown): ObjectValue {
  const meta = parseJson(JSON.stringify(value ?? {}), 'text', 'refuse');
  if (!isRecord(meta)) throw new Error('"meta" must be an object');
  return meta as ObjectValue;
}

function readQuestion(record: Record<string, unknown>): Question {
  const { mapping, input_raw = null, meta = {} } = record;
  if (typeof mapping !== 'string') throw new Error('"mapping" must be a string');
  if (input_raw !== null && typeof input_raw !== 'string') {
    throw new Error('"input_raw" must be a string or null');
  }
  return { mapping, input_raw, meta: readMeta(meta) };
}

function answer(id: unknown, { mapping, input_raw, meta }: Question): Answer {
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
        meta: JSON.parse(encodeJson(outcome.meta)),
        error: null,
      };
    case 'unchanged':
      return {
        id,
        outcome: 'unchanged',
        output_raw: input_raw,
        meta: JSON.parse(encodeJson(outcome.meta)),
        error: null,
      };
    case 'deleted':
      return { id, outcome: 'deleted', output_raw: null, meta: null, error: null };
    case 'error':
      return { id, outcome: 'error', output_raw: null, meta: null, error: outcome.error };
  }
}

function answerLine(line: string): Answer {
  let id: unknown = null;
  try {
    const record: unknown = JSON.parse(line);
    if (!isRecord(record)) throw new Error('a line must be a JSON object');
    id = record['id'] ?? null;
    return answer(id, readQuestion(record));
  } catch (error) {
    const reason =
      error instanceof Error
        ? error.message
        : error instanceof Object && 'message' in error
          ? String(error.message)
          : String(error);
    return { id, outcome: 'error', output_raw: null, meta: null, error: `bad line: ${reason}` };
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  if (line.trim() === '') continue;
  if (!process.stdout.write(`${JSON.stringify(answerLine(line))}\n`)) {
    await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}
