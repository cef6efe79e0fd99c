// The front door of the Bloblang engine. Nothing outside this folder imports anything else of it.

import { Compiler } from './compiler.ts';
import { type Diagnostic, diagnosticAt, failureMessage } from './diagnostics.ts';
import { Library } from './library.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { Parser } from './parser.ts';
import { Program } from './program.ts';
import type { Environment } from './runtime.ts';
import { Failure } from './scanner.ts';
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

/** From a mapping's source to a program, or to what is wrong with it. Never throws on any source. */
export function compile(source: string, options: CompileOptions = {}): Compilation {
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  if (source.length > limits.sourceLength) {
    const message = `limit sourceLength: a mapping may have ${limits.sourceLength} characters, this one has ${source.length}`;
    return { ok: false, diagnostics: [diagnosticAt(source, limits.sourceLength, message)] };
  }
  const compiler = new Compiler(libraryFor(options.definitions));
  const parser = new Parser(source, { check: compiler.check, nestingMax: limits.nesting });
  const result = parser.mapping();
  if (result instanceof Failure) {
    return { ok: false, diagnostics: [diagnosticAt(source, result.at, failureMessage(result))] };
  }
  const environment: Environment = { ...platform, ...options.environment };
  return {
    ok: true,
    program: new Program(compiler.mapping(result.value, source), environment, limits),
  };
}

export type { Diagnostic } from './diagnostics.ts';
export { encodeJson, parseJson } from './json.ts';
export { DEFAULT_LIMITS, type LimitName, type Limits } from './limits.ts';
export { bodyBytes, bodyText, type Outcome, type Program, type RunOptions } from './program.ts';
export type { Environment, MessageFailure } from './runtime.ts';
export type { Definition } from './stdlib/definition.ts';
export type { ObjectValue, Value } from './values.ts';
