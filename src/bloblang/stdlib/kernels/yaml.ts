import { parseDocument, stringify } from 'yaml';
import { encodeBase64 } from '../../base64.ts';
import { fail } from '../../errors.ts';
import type { Run } from '../../runtime.ts';
import { timestampText } from '../../text.ts';
import {
  Float64,
  float,
  INT64_MIN,
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

/** Aliases can expand a small text into a huge value. No honest document has more than this. */
const ALIASES_MAX = 100;

/** The parser's cost per node and per character. One of the marks is before, after or within each node. */
const BYTES_OF_A_PARSED_NODE = 1_200;
const BYTES_OF_A_CHARACTER = 8;
const STEPS_OF_A_MARK = 3;
/** Each mistake makes an Error with a stack, and the parser continues. Tags, anchors and merges cost as much. */
const STEPS_OF_A_MISTAKE = 12;
/** The parser compares each key with every other key, and searches the whole document for each alias. */
const COMPARED_KEYS_OF_A_STEP = 48;
const SEARCHED_NODES_OF_A_STEP = 12;
/** Each collection searches all of its contents for line ends. */
const LEVELS_OF_A_STEP = 16;
const DEPTH_MAX = 1_000;

const MARKS: ReadonlySet<number> = codes(',:\n[{#&*\'"|>-');
/** These are marks only where a node may begin. */
const FIRST_MARKS: ReadonlySet<number> = codes('?!');
const SEPARATORS: ReadonlySet<number> = codes(' \t\r\n,[{-?:!');

function codes(characters: string): ReadonlySet<number> {
  return new Set(Array.from(characters, (character) => character.charCodeAt(0)));
}

const [NEW_LINE = 0, COLON = 0, COMMA = 0, STAR = 0, DASH = 0, QUESTION = 0, DOT = 0, SPACE = 0] =
  codes('\n:,*-?. ');
const [OPEN_ARRAY = 0, OPEN_OBJECT = 0, CLOSE_ARRAY = 0, CLOSE_OBJECT = 0] = codes('[{]}');
const [EXCLAMATION = 0, AND = 0, LESS = 0] = codes('!&<');

/** Estimates the cost by reading the text once, without parsing it: the run also pays for marks inside strings. */
export function payForYaml(run: Run, text: string): void {
  let marks = 1;
  let mistakes = 0;
  let keys = 0;
  let aliases = 0;
  let levels = 0;
  /** For each open bracket, whether it opens an object. */
  const open: boolean[] = [];
  let onLine = 0;
  let keyed = false;
  let previous = NEW_LINE;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (MARKS.has(code) || (FIRST_MARKS.has(code) && SEPARATORS.has(previous))) {
      marks++;
      levels += open.length;
    }
    switch (code) {
      case NEW_LINE:
        onLine = 0;
        break;
      case COLON:
        keys++;
        keyed = true;
        break;
      case COMMA:
        if (open.at(-1) === true && !keyed) keys++;
        keyed = false;
        break;
      case STAR:
        aliases++;
        break;
      case DASH:
      case QUESTION:
        if (text.charCodeAt(at + 1) === SPACE) levels += ++onLine;
        break;
      case DOT:
        if (previous === NEW_LINE && text.startsWith('...', at)) mistakes++;
        break;
      case LESS:
        // A merge key (`<<`).
        if (previous === LESS) mistakes++;
        break;
      case EXCLAMATION:
      case AND:
        if (SEPARATORS.has(previous)) mistakes++;
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (open.length < DEPTH_MAX) open.push(code === OPEN_OBJECT);
        keyed = false;
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        if (open.pop() === undefined) mistakes++;
        break;
      default:
    }
    previous = code;
  }
  run.step(text.length + STEPS_OF_A_MARK * marks + STEPS_OF_A_MISTAKE * mistakes);
  run.step(Math.ceil(keys ** 2 / COMPARED_KEYS_OF_A_STEP));
  run.step(Math.ceil((aliases * marks) / SEARCHED_NODES_OF_A_STEP));
  run.step(Math.floor(levels / LEVELS_OF_A_STEP));
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

const UINT64_MAX = 2n ** 64n - 1n;

function fromJs(run: Run, value: unknown, depth: number): Value {
  if (depth > run.limits.valueDepth) throw fail('yaml: nested too deeply');
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  // As in Go, an integer beyond 64 bits is a float64.
  if (typeof value === 'bigint')
    return value <= UINT64_MAX && value >= INT64_MIN ? int(value) : float(Number(value));
  if (typeof value === 'number') return float(value);
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) {
    run.allocateEntries(value.length);
    return value.map((element) => fromJs(run, element, depth + 1));
  }
  if (value instanceof Set) return fromJs(run, new Map(Array.from(value, (key) => [key, null])), depth);
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

/** The writer's cost per value besides its text. */
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
  // The reference engine also indents a string that is the whole document.
  return run.made(
    typeof value === 'string' && text.startsWith('|') ? text.replace(/\n(?=.)/g, '\n    ') : text,
  );
}

function toJs(run: Run, value: Value, depth: number): unknown {
  // Each level is indented, so the length of a line grows with its depth.
  run.step(STEPS_OF_A_NODE + (depth >> 3));
  run.allocate(BYTES_OF_A_NODE);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    // The string may be escaped, which takes some 60 nanoseconds per character.
    run.reads(value.length * 4);
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
