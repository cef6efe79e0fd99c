import { stringifyJson } from '../../base/json.ts';
import { wholeNumberOf } from '../../base/whole-number.ts';
import {
  type Compilation,
  compile,
  type Diagnostic,
  type JsonOutcome,
  type ObjectValue,
  type Program,
  type Value,
} from '../../bloblang/index.ts';
import { EXTENDED_DEFINITIONS } from '../../bloblang/stdlib/registry-extended.ts';
import type { Event } from '../../domain/events/event.ts';

/** A stream's filter, ready to run. The mapping sees the event's data as `this`, and its attributes as metadata. */
export interface CompiledFilter {
  /** Never throws: whatever goes wrong is the outcome `failed`. */
  apply(event: Event): FilterOutcome;
  /** The same filter for another stream. The two share nothing that a mapping can see. */
  forAnotherStream(): CompiledFilter;
}

export type FilterOutcome =
  | { readonly kind: 'unchanged' }
  /** The event with the data that the mapping made, as structured JSON. */
  | { readonly kind: 'changed'; readonly json: string }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'failed'; readonly message: string };

export type FilterCompilation =
  | { readonly ok: true; readonly filter: CompiledFilter }
  /** For people: line, column, what was expected, the source line with a caret. */
  | { readonly ok: false; readonly message: string };

export function compileFilter(source: string): FilterCompilation {
  const compiled = compile(source, { definitions: EXTENDED_DEFINITIONS });
  if (!compiled.ok) return { ok: false, message: describeDiagnostics(compiled.diagnostics) };
  const { program } = compiled;
  // Metadata costs an object for each event, and few filters look at it.
  const usesMetadata = /@|\b(?:meta|metadata|root_meta)\b/.test(source);
  return { ok: true, filter: new ProgramFilter(program, usesMetadata) };
}

class ProgramFilter implements CompiledFilter {
  readonly #program: Program;
  readonly #usesMetadata: boolean;

  constructor(program: Program, usesMetadata: boolean) {
    this.#program = program;
    this.#usesMetadata = usesMetadata;
  }

  apply(event: Event): FilterOutcome {
    return applyProgram(this.#program, event, this.#usesMetadata);
  }

  forAnotherStream(): CompiledFilter {
    return new ProgramFilter(this.#program.withOwnMemory(), this.#usesMetadata);
  }
}

const UNCHANGED: FilterOutcome = Object.freeze({ kind: 'unchanged' });
const DROPPED: FilterOutcome = Object.freeze({ kind: 'dropped' });

function applyProgram(program: Program, event: Event, usesMetadata: boolean): FilterOutcome {
  const data = documentOf(event);
  const outcome = usesMetadata
    ? program.runToJson(data, { meta: attributesOf(event) })
    : program.runToJson(data);
  switch (outcome.kind) {
    case 'output':
      return { kind: 'changed', json: jsonWith(event, outcome.json) };
    case 'unchanged':
      return UNCHANGED;
    case 'deleted':
      return DROPPED;
    case 'error':
      return { kind: 'failed', message: outcome.error };
  }
}

/** The event's data as a document of the language, whose values include all that JSON can say. */
export function documentOf(event: Event): Value {
  return (event.data ?? null) as Value;
}

export function attributesOf(event: Event): ObjectValue {
  const attributes: Record<string, Value> = {};
  for (const [name, value] of Object.entries(event)) {
    if (name === 'data' || value === undefined) continue;
    attributes[name] = typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
  }
  return attributes;
}

/**
 * The event's structured JSON with the data that the mapping made. The language writes it, because it has values of its
 * own, such as exact numbers.
 */
function jsonWith(event: Event, dataJson: string): string {
  const { specversion, id, source, data: _former, ...rest } = event;
  return `${stringifyJson({ specversion, id, source, ...rest }).slice(0, -1)},"data":${dataJson}}`;
}

/** A generator's mapping, which runs without a document. */
export type MappingCompilation =
  | { readonly ok: true; readonly run: (atMs: number) => MappingOutcome }
  | { readonly ok: false; readonly fault: MappingFault };

export type MappingOutcome =
  | { readonly kind: 'made'; readonly dataJson: string }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'failed'; readonly fault: MappingFault };

export interface MappingFault {
  readonly id: MappingFaultId;
  /** Only for the owner of the mapping: it quotes the mapping and its values, which the log must not hold. */
  readonly message: string;
  /** The position in the mapping, from 1. A run-time fault has no column. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

export type MappingFaultId =
  | 'mapping-does-not-compile'
  | 'mapping-assigns-nothing'
  | 'mapping-reached-limit'
  | 'mapping-failed';

const NO_DOCUMENT = new Uint8Array();

/** Compiles a generator's mapping. `run` takes the time that the mapping sees as now. */
export function compileMapping(source: string): MappingCompilation {
  let nowMs = 0;
  const compiled: Compilation = compile(source, {
    definitions: EXTENDED_DEFINITIONS,
    environment: { nowNs: () => BigInt(nowMs) * 1_000_000n },
  });
  if (!compiled.ok) {
    const [first] = compiled.diagnostics;
    return {
      ok: false,
      fault: {
        id: 'mapping-does-not-compile',
        message: describeDiagnostics(compiled.diagnostics),
        line: first?.line,
        column: first?.column,
      },
    };
  }
  return {
    ok: true,
    run(atMs) {
      nowMs = atMs;
      return mappingOutcome(compiled.program.runBytesToJson(NO_DOCUMENT));
    },
  };
}

function mappingOutcome(outcome: JsonOutcome): MappingOutcome {
  switch (outcome.kind) {
    case 'output':
      return { kind: 'made', dataJson: outcome.json };
    case 'unchanged':
      return {
        kind: 'failed',
        fault: {
          id: 'mapping-assigns-nothing',
          message: 'expected the mapping to assign root, found that it did not',
        },
      };
    case 'deleted':
      return { kind: 'dropped' };
    case 'error':
      return {
        kind: 'failed',
        fault: {
          id: outcome.limit === undefined ? 'mapping-failed' : 'mapping-reached-limit',
          message: outcome.error,
          line: lineOf(outcome.error),
        },
      };
  }
}

/** The engine begins the text of an error with what failed, e.g. `failed assignment (line 1): `. */
function lineOf(error: string): number | undefined {
  const line = /^[a-z ]+\(line (\d+)\)/.exec(error)?.[1];
  return line === undefined ? undefined : wholeNumberOf(line);
}

export function describeDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(({ text, excerpt }) => `${text}\n${excerpt}`).join('\n');
}
