// What the front doors share: `index.ts` with the whole core tier, and `without-regex.ts`.

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

export interface CompileOptions {
  /** What can be called besides the core tier: `EXTENDED_DEFINITIONS`, `LIBRARY_DEFINITIONS`. */
  readonly definitions?: readonly Definition[];
  readonly limits?: Partial<Limits>;
  /** Clock and chance; those of the platform by default. */
  readonly environment?: Partial<Environment>;
}

interface Refusal {
  readonly ok: false;
  readonly diagnostics: readonly [Diagnostic, ...Diagnostic[]];
}

export type Compilation = { readonly ok: true; readonly program: Program } | Refusal;

export type TemplateCompilation = { readonly ok: true; readonly template: Template } | Refusal;

export interface FrontDoor {
  /** From a mapping's source to a program, or to what is wrong with it. Never throws on any source. */
  readonly compile: (source: string, options?: CompileOptions) => Compilation;
  /** From a text with `${! query }` in it to a template. */
  readonly compileTemplate: (source: string, options?: CompileOptions) => TemplateCompilation;
}

const platform: Environment = {
  nowNs: () => BigInt(Date.now()) * 1_000_000n,
  random: () => Math.random(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

function translate<T>(
  source: string,
  library: Library,
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
  const compiler = new Compiler(library);
  const parser = new Parser(source, { check: compiler.check, nestingMax: limits.nesting });
  const made = make(compiler, parser, { ...platform, ...options.environment }, limits);
  return failed(made) ? refused(made.at, failureMessage(made)) : { made };
}

/** A front door to the functions and methods of `core`. */
export function frontDoor(core: readonly Definition[]): FrontDoor {
  const coreLibrary = new Library(core);
  const libraries = new WeakMap<readonly Definition[], Library>();
  const libraryFor = ({ definitions }: CompileOptions): Library => {
    if (definitions === undefined) return coreLibrary;
    let library = libraries.get(definitions);
    if (library === undefined) {
      library = new Library([...core, ...definitions]);
      libraries.set(definitions, library);
    }
    return library;
  };
  return {
    compile: (source, options = {}) => {
      const result = translate(
        source,
        libraryFor(options),
        options,
        (compiler, parser, environment, limits) => {
          const mapping = parser.mapping();
          if (failed(mapping)) return mapping;
          return new Program(compiler.mapping(mapping.value, source), environment, limits);
        },
      );
      return 'made' in result ? { ok: true, program: result.made } : result;
    },
    compileTemplate: (source, options = {}) => {
      const result = translate(
        source,
        libraryFor(options),
        options,
        (compiler, parser, environment, limits) => {
          const parts = parseInterpolation(parser, compiler);
          return failed(parts) ? parts : new Template(parts, environment, limits);
        },
      );
      return 'made' in result ? { ok: true, template: result.made } : result;
    },
  };
}
