// Scores the engine against vectors: a mapping, a message, and the reference engine's result.
//
// Four levels, each stricter: L1 outcome and value; L2 the text of a runtime error; L3 line and column of a compile error; L4 its text.

import {
  bodyText,
  compile,
  compileTemplate,
  type Definition,
  encodeJson,
  type Outcome,
} from '../../src/bloblang/index.ts';
import { EXTENDED_DEFINITIONS } from '../../src/bloblang/stdlib/registry-extended.ts';
import { LIBRARY_DEFINITIONS } from '../../src/bloblang/stdlib/registry-library.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly mapping: string;
  readonly input_raw: string | null;
  readonly meta?: Record<string, Json>;
  readonly tier: 'core' | 'extended' | 'library' | 'excluded';
  readonly flags?: readonly string[];
  readonly expect?: 'output' | 'unchanged' | 'deleted' | 'error' | 'compile_error' | 'compiles';
  readonly output?: Json;
  readonly output_raw?: string;
  readonly output_meta?: Record<string, Json>;
  readonly error?: string | null;
  readonly sequence?: readonly {
    readonly input_raw: string | null;
    readonly output_raw?: string | null;
    readonly error?: string | null;
  }[];
}

/**
 * Flags of vectors where the engine differs from the reference engine for a reason, or deliberately omits something.
 */
export const DEVIATIONS: readonly string[] = [
  'json_number_text',
  'go_types',
  'go_version',
  'nil_slice',
  'comment_at_eof',
  'big_int',
  'unencodable',
  'import',
];

export type Level = 'L1' | 'L2' | 'L3' | 'L4';
export const LEVELS: readonly Level[] = ['L1', 'L2', 'L3', 'L4'];

export interface Score {
  readonly vector: Vector;
  readonly deviates: boolean;
  /** Levels that the vector does not test are absent. */
  readonly passed: Partial<Record<Level, boolean>>;
  readonly got: string;
}

export const ALL_DEFINITIONS: readonly Definition[] = [...EXTENDED_DEFINITIONS, ...LIBRARY_DEFINITIONS];

const encoder = new TextEncoder();

type Got =
  | { readonly kind: 'output'; readonly raw: string; readonly json: Json; readonly meta: Json | undefined }
  | { readonly kind: 'unchanged'; readonly meta: Json | undefined }
  | { readonly kind: 'deleted' | 'compiles' }
  | { readonly kind: 'error' | 'compile_error'; readonly text: string };

function fromOutcome(outcome: Outcome): Got {
  switch (outcome.kind) {
    case 'output': {
      const json = encodeOrUndefined(outcome.value);
      if (json === undefined) return { kind: 'error', text: 'not encodable' };
      return {
        kind: 'output',
        raw: bodyText(outcome.value),
        json: JSON.parse(json),
        meta: metaJson(outcome.meta),
      };
    }
    case 'unchanged':
      return { kind: 'unchanged', meta: metaJson(outcome.meta) };
    case 'deleted':
      return { kind: 'deleted' };
    case 'error':
      return { kind: 'error', text: outcome.error };
  }
}

function encodeOrUndefined(value: Parameters<typeof encodeJson>[0]): string | undefined {
  try {
    return encodeJson(value);
  } catch {
    return undefined;
  }
}

function metaJson(meta: Parameters<typeof encodeJson>[0]): Json | undefined {
  const text = encodeOrUndefined(meta);
  return text === undefined ? undefined : JSON.parse(text);
}

function evaluate(vector: Vector): Got[] {
  const bytesOf = (raw: string | null): Uint8Array => encoder.encode(raw ?? '');
  if (vector.kind === 'interpolation') {
    const compiled = compileTemplate(vector.mapping, { definitions: ALL_DEFINITIONS });
    if (!compiled.ok) return [{ kind: 'compile_error', text: compiled.diagnostics[0].text }];
    const result = compiled.template.runBytes(bytesOf(vector.input_raw), { meta: vector.meta ?? {} });
    if (result.kind === 'error') return [{ kind: 'error', text: result.error }];
    return [{ kind: 'output', raw: result.text, json: result.text, meta: undefined }];
  }
  const compiled = compile(vector.mapping, { definitions: ALL_DEFINITIONS });
  if (!compiled.ok) return [{ kind: 'compile_error', text: compiled.diagnostics[0].text }];
  if (vector.expect === 'compiles') return [{ kind: 'compiles' }];
  const messages = vector.sequence ?? [{ input_raw: vector.input_raw }];
  return messages.map(({ input_raw }) =>
    fromOutcome(compiled.program.runBytes(bytesOf(input_raw), { meta: vector.meta ?? {} })),
  );
}

/** Compares numbers by value, and arrays as multisets where the reference engine's order is that of a hash table. */
export function sameJson(left: Json, right: Json, unordered: boolean): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) return false;
    if (!unordered) return left.every((element, index) => sameJson(element, right[index] ?? null, false));
    const rest = [...right];
    return left.every((element) => {
      const at = rest.findIndex((other) => sameJson(element, other, true));
      if (at >= 0) rest.splice(at, 1);
      return at >= 0;
    });
  }
  if (typeof left === 'object' && typeof right === 'object' && left !== null && right !== null) {
    if (Array.isArray(left) || Array.isArray(right)) return false;
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every(
        (key) => Object.hasOwn(right, key) && sameJson(left[key] ?? null, right[key] ?? null, unordered),
      )
    );
  }
  return left === right;
}

function position(text: string): string {
  return /^line \d+ char \d+/.exec(text)?.[0] ?? '';
}

function describe(got: Got): string {
  return 'text' in got ? `${got.kind}: ${got.text}` : 'raw' in got ? `output: ${got.raw}` : got.kind;
}

export function score(vector: Vector): Score {
  const flags = vector.flags ?? [];
  const deviates = flags.some((flag) => DEVIATIONS.includes(flag));
  const unordered = flags.includes('unordered');
  const results = evaluate(vector);
  const got = results[0] ?? { kind: 'deleted' };
  const passed: Partial<Record<Level, boolean>> = {};
  if (vector.sequence !== undefined) {
    passed.L1 = vector.sequence.every((step, index) => {
      const one = results[index];
      if (step.error !== null && step.error !== undefined) return one?.kind === 'error';
      return one?.kind === 'output' && one.raw === step.output_raw;
    });
    return { vector, deviates, passed, got: results.map(describe).join(' ; ') };
  }
  const { expect } = vector;
  const metaRight =
    vector.output_meta === undefined ||
    !('meta' in got) ||
    got.meta === undefined ||
    sameJson(got.meta, vector.output_meta, unordered);
  if (expect === 'output') {
    passed.L1 = got.kind === 'output' && metaRight && sameJson(got.json, vector.output ?? null, unordered);
  } else {
    passed.L1 = got.kind === expect && metaRight;
  }
  if (expect === 'error') passed.L2 = got.kind === 'error' && got.text === vector.error;
  if (expect === 'compile_error' && 'text' in got) {
    passed.L3 = got.kind === expect && position(got.text) === position(vector.error ?? '');
    passed.L4 = got.kind === expect && got.text === vector.error;
  } else if (expect === 'compile_error') {
    passed.L3 = false;
    passed.L4 = false;
  }
  return { vector, deviates, passed, got: describe(got) };
}

/** Whether the vector can be compared: its values do not differ from run to run, or it only has to compile. */
export function isComparable(vector: Vector): boolean {
  return !(vector.flags ?? []).includes('nondeterministic') || vector.expect === 'compiles';
}

export interface Tally {
  readonly right: number;
  readonly of: number;
}

export function tally(scores: readonly Score[], level: Level): Tally {
  const asked = scores.filter(({ passed }) => passed[level] !== undefined);
  return { right: asked.filter(({ passed }) => passed[level] === true).length, of: asked.length };
}
