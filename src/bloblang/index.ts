// The public interface of the Bloblang engine. Code outside this folder imports only this file and the registries of
// the extended and library tiers.

export {
  type Compilation,
  type CompileOptions,
  compile,
  compileTemplate,
  type TemplateCompilation,
} from './compile.ts';
export type { Diagnostic } from './diagnostics.ts';
export type { Interpolated } from './interpolation.ts';
export { encodeJson, parseJson } from './json.ts';
export { DEFAULT_LIMITS, type LimitName, type Limits } from './limits.ts';
export {
  bodyBytes,
  bodyText,
  type JsonOutcome,
  type Outcome,
  type Program,
  type RunOptions,
  type Template,
} from './program.ts';
export type { Environment, MessageFailure } from './runtime.ts';
export type { Definition } from './stdlib/definition.ts';
export type { ObjectValue, Value } from './values.ts';
