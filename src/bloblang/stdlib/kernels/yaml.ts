import { parseDocument, stringify } from 'yaml';
import { encodeBase64 } from '../../base64.ts';
import { fail } from '../../errors.ts';
import type { Run } from '../../runtime.ts';
import { timestampText } from '../../text.ts';
import {
  Float64,
  float,
  int,
  isArray,
  isNumber,
  type ObjectBuilder,
  resolveNumber,
  Sentinel,
  setOwn,
  Timestamp,
  type Value,
} from '../../values.ts';
import { occurrences } from './text-search.ts';

/** Aliases can turn a small text into a huge value. No honest document has more than this. */
const ALIASES_MAX = 100;

/** What the parser takes for a node, and for a character. Before a node, after it or within it stands one of the marks. */
const BYTES_OF_A_PARSED_NODE = 1_200;
const BYTES_OF_A_CHARACTER = 8;
const MARKS = /[,:\n[{#&*'"|>-]/g;
/** A key is compared with every other, and an alias is looked for in all of the document. */
const COMPARED_KEYS_OF_A_STEP = 48;
const SEARCHED_NODES_OF_A_STEP = 12;

export function payForYaml(run: Run, text: string): void {
  MARKS.lastIndex = 0;
  let marks = 1;
  while (MARKS.test(text)) marks++;
  run.step(text.length + 2 * marks);
  run.step(Math.ceil(occurrences(text, ':') ** 2 / COMPARED_KEYS_OF_A_STEP));
  run.step(Math.ceil((occurrences(text, '*') * marks) / SEARCHED_NODES_OF_A_STEP));
  run.allocate(text.length * BYTES_OF_A_CHARACTER + marks * BYTES_OF_A_PARSED_NODE);
}

export function parseYaml(run: Run, text: string): Value {
  return fromJs(run, parsedDocument(text), 0);
}

function parsedDocument(text: string): unknown {
  try {
    const document = parseDocument(text, {
      intAsBigInt: true,
      prettyErrors: false,
      strict: true,
      uniqueKeys: true,
      logLevel: 'silent',
      merge: true,
    });
    const [error] = document.errors;
    if (error !== undefined) throw fail(`yaml: ${error.message}`);
    return document.toJS({ mapAsMap: true, maxAliasCount: ALIASES_MAX });
  } catch (error) {
    if (error instanceof Error) throw fail(`yaml: ${error.message}`);
    throw error;
  }
}

function fromJs(run: Run, value: unknown, depth: number): Value {
  if (depth > run.limits.valueDepth) throw fail('yaml: nested too deeply');
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return int(value);
  if (typeof value === 'number') return float(value);
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) {
    run.allocateEntries(value.length);
    return value.map((element) => fromJs(run, element, depth + 1));
  }
  if (value instanceof Map) {
    run.allocateEntries(value.size);
    const object: ObjectBuilder = {};
    for (const [key, element] of value) setOwn(object, keyText(key), fromJs(run, element, depth + 1));
    return object;
  }
  return String(value);
}

function keyText(key: unknown): string {
  if (typeof key === 'object' && key !== null) throw fail('yaml: keys have to be texts');
  return String(key);
}

/** What the writer takes for a value besides its text. */
const STEPS_OF_A_NODE = 8;
const BYTES_OF_A_NODE = 512;

export function formatYaml(run: Run, value: Value): string {
  const text = stringify(toJs(run, value, 1), {
    indent: 4,
    lineWidth: 0,
    blockQuote: 'literal',
    aliasDuplicateObjects: false,
    compat: 'yaml-1.1',
  });
  // The reference engine also indents a text that is the whole document.
  return run.made(
    typeof value === 'string' && text.startsWith('|') ? text.replace(/\n(?=.)/g, '\n    ') : text,
  );
}

function toJs(run: Run, value: Value, depth: number): unknown {
  // Each level is indented, so its lines grow with its depth.
  run.step(STEPS_OF_A_NODE + (depth >> 3));
  run.allocate(BYTES_OF_A_NODE);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    run.reads(value.length * 2);
    run.allocate(value.length * 2);
    return value;
  }
  if (isNumber(value)) {
    const number = resolveNumber(value);
    return number instanceof Float64 ? number.value : number;
  }
  if (value instanceof Uint8Array) {
    run.reads(value.length * 2);
    run.allocateString(value.length * 4);
    return encodeBase64(value);
  }
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Sentinel) return null;
  if (isArray(value)) return value.map((element) => toJs(run, element, depth + 1));
  return new Map(run.sortedKeysOf(value).map((key) => [key, toJs(run, value[key] ?? null, depth + 1)]));
}
