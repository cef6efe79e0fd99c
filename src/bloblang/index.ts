// The front door of the Bloblang engine. Nothing outside this folder imports anything else of it.

import { Compiler } from './compiler.ts';
import { type Diagnostic, diagnosticAt, failureMessage } from './diagnostics.ts';
import { parseInterpolation } from './interpolation.ts';
import { Library } from './library.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { Parser } from './parser.ts';
import { Program, Template } from './program.ts';
import type { Environment } from './runtime.ts';
import { type Failure, failed } from './scanner.ts';
import type { Definition } from './stdlib/definition.ts';
import { CORE_DEFINITIONS } from './stdlib/registry.ts';

export interface CompileOptions {
  /** What can be called besides the core tier: `EXTENDED_DEFINITIONS`, `LIBRARY_DEFINITIONS`. */
  readonly definitions?: readonly Definition[];
  readonly limits?: Partial<Limits>;
  /** Clock and chance; those of the platform by default. */
  readonly environment?: Partial<Environment>;
}

export type Compilation =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly diagnostics: readonly [Diagnostic, ...Diagnostic[]] };

const coreLibrary = new Library(CORE_DEFINITIONS);
const libraries = new WeakMap<readonly Definition[], Library>();

function libraryFor(definitions: readonly Definition[] | undefined): Library {
  if (definitions === undefined) return coreLibrary;
  let library = libraries.get(definitions);
  if (library === undefined) {
    library = new Library([...CORE_DEFINITIONS, ...definitions]);
    libraries.set(definitions, library);
  }
  return library;
}

const platform: Environment = {
  nowNs: () => BigInt(Date.now()) * 1_000_000n,
  random: () => Math.random(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

interface Prepared {
  readonly compiler: Compiler;
  readonly parser: Parser;
  readonly environment: Environment;
  readonly limits: Limits;
}

function prepare(source: string, options: CompileOptions): Prepared | Diagnostic {
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  if (source.length > limits.sourceLength) {
    const message = `limit sourceLength: a mapping may have ${limits.sourceLength} characters, this one has ${source.length}`;
    return diagnosticAt(source, limits.sourceLength, message);
  }
  const compiler = new Compiler(libraryFor(options.definitions));
  const parser = new Parser(source, { check: compiler.check, nestingMax: limits.nesting });
  return { compiler, parser, environment: { ...platform, ...options.environment }, limits };
}

function refused(source: string, failure: Failure): { ok: false; diagnostics: [Diagnostic] } {
  return { ok: false, diagnostics: [diagnosticAt(source, failure.at, failureMessage(failure))] };
}

/** From a mapping's source to a program, or to what is wrong with it. Never throws on any source. */
export function compile(source: string, options: CompileOptions = {}): Compilation {
  const prepared = prepare(source, options);
  if (!('parser' in prepared)) return { ok: false, diagnostics: [prepared] };
  const { compiler, parser, environment, limits } = prepared;
  const mapping = parser.mapping();
  if (failed(mapping)) return refused(source, mapping);
  const program = new Program(compiler.mapping(mapping.value, source), environment, limits);
  return { ok: true, program };
}

export type TemplateCompilation =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly diagnostics: readonly [Diagnostic, ...Diagnostic[]] };

/** From a text with `${! query }` in it to a template. */
export function compileTemplate(source: string, options: CompileOptions = {}): TemplateCompilation {
  const prepared = prepare(source, options);
  if (!('parser' in prepared)) return { ok: false, diagnostics: [prepared] };
  const { compiler, parser, environment, limits } = prepared;
  const parts = parseInterpolation(parser, compiler);
  if (failed(parts)) return refused(source, parts);
  return { ok: true, template: new Template(parts, environment, limits) };
}

export type { Diagnostic } from './diagnostics.ts';
export type { Interpolated } from './interpolation.ts';
export { encodeJson, parseJson } from './json.ts';
export { DEFAULT_LIMITS, type LimitName, type Limits } from './limits.ts';
export {
  bodyBytes,
  bodyText,
  type Outcome,
  type Program,
  type RunOptions,
  type Template,
} from './program.ts';
export type { Environment, MessageFailure } from './runtime.ts';
export type { Definition } from './stdlib/definition.ts';
export type { ObjectValue, Value } from './values.ts';
