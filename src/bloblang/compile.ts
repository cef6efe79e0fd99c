// Compiles source into a program or a template, or reports what is wrong with the source.

import { Compiler } from './compiler.ts';
import { type Diagnostic, diagnosticAt, failureMessage } from './diagnostics.ts';
import { messageOf } from './errors.ts';
import { parseInterpolation } from './interpolation.ts';
import { Library } from './library.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { Parser } from './parser.ts';
import { Program, Template } from './program.ts';
import type { Environment } from './runtime.ts';
import { type Failure, failed } from './scanner.ts';
import type { Definition } from './stdlib/definition.ts';
import { CORE_DEFINITIONS } from './stdlib/registry-core.ts';

export interface CompileOptions {
  /** The built-ins available besides the core tier: `EXTENDED_DEFINITIONS`, `LIBRARY_DEFINITIONS`. */
  readonly definitions?: readonly Definition[];
  readonly limits?: Partial<Limits>;
  /** The clock and the source of random numbers; the platform's own by default. */
  readonly environment?: Partial<Environment>;
}

interface Refusal {
  readonly ok: false;
  readonly diagnostics: readonly [Diagnostic, ...Diagnostic[]];
}

export type Compilation = { readonly ok: true; readonly program: Program } | Refusal;

export type TemplateCompilation = { readonly ok: true; readonly template: Template } | Refusal;

const platform: Environment = {
  nowNs: () => BigInt(Date.now()) * 1_000_000n,
  random: () => Math.random(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

function translate<T>(
  source: string,
  options: CompileOptions,
  make: (compiler: Compiler, parser: Parser, environment: Environment, limits: Limits) => T | Failure,
): { readonly made: T } | Refusal {
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const refused = (at: number, message: string): Refusal => ({
    ok: false,
    diagnostics: [diagnosticAt(source, at, message)],
  });
  if (source.length > limits.sourceLength) {
    return refused(
      limits.sourceLength,
      `limit sourceLength: a mapping may have ${limits.sourceLength} characters, this one has ${source.length}`,
    );
  }
  const compiler = new Compiler(libraryFor(options));
  const parser = new Parser(source, { check: compiler.check, nestingMax: limits.nesting });
  try {
    const made = make(compiler, parser, { ...platform, ...options.environment }, limits);
    return failed(made) ? refused(made.at, failureMessage(made)) : { made };
  } catch (error) {
    // The parser catches the language's errors and knows their positions, so this error is a bug of ours.
    return refused(0, messageOf(error));
  }
}

const coreLibrary = new Library(CORE_DEFINITIONS);
const libraries = new WeakMap<readonly Definition[], Library>();

/** One library per array of further definitions, however many mappings are compiled with it. */
function libraryFor({ definitions }: CompileOptions): Library {
  if (definitions === undefined) return coreLibrary;
  let library = libraries.get(definitions);
  if (library === undefined) {
    library = new Library([...CORE_DEFINITIONS, ...definitions]);
    libraries.set(definitions, library);
  }
  return library;
}

/** Compiles a mapping into a program, or reports what is wrong with it. Never throws, whatever the source. */
export function compile(source: string, options: CompileOptions = {}): Compilation {
  const result = translate(source, options, (compiler, parser, environment, limits) => {
    const mapping = parser.mapping();
    if (failed(mapping)) return mapping;
    return new Program(compiler.mapping(mapping.value, source), environment, limits);
  });
  return 'made' in result ? { ok: true, program: result.made } : result;
}

/** Compiles a text that contains `${! query }` into a template. */
export function compileTemplate(source: string, options: CompileOptions = {}): TemplateCompilation {
  const result = translate(source, options, (compiler, parser, environment, limits) => {
    const parts = parseInterpolation(parser, compiler);
    return failed(parts) ? parts : new Template(parts, environment, limits);
  });
  return 'made' in result ? { ok: true, template: result.made } : result;
}
