// What can be called: the registered definitions by name, and a reason for what is left out on purpose.

import { fail } from './errors.ts';
import type {
  ClosureMethodDefinition,
  Definition,
  FunctionDefinition,
  MethodDefinition,
} from './stdlib/definition.ts';

/** Known to the reference engine, and not here: the reason is the message. */
export const LEFT_OUT_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['env', 'mappings cannot read the environment'],
  ['file', 'mappings cannot read files'],
  ['file_rel', 'mappings cannot read files'],
  ['hostname', 'mappings cannot ask about the machine'],
  ['count', 'mappings share no counters; keep the number in the event'],
  ['tracing_id', 'there are no tracing spans'],
  ['tracing_span', 'there are no tracing spans'],
]);
export const LEFT_OUT_METHODS: ReadonlyMap<string, string> = new Map([
  ['bloblang', 'mappings cannot run mappings that they make themselves'],
  ['from', 'a mapping sees one event, not a batch'],
  ['from_all', 'a mapping sees one event, not a batch'],
  ['vector', 'there are no vectors'],
  ['geoip_city', 'there is no GeoIP database'],
  ['parse_parquet', 'Parquet is not supported'],
]);

export class Library {
  readonly #functions = new Map<string, FunctionDefinition>();
  readonly #methods = new Map<string, MethodDefinition | ClosureMethodDefinition>();

  constructor(definitions: readonly Definition[]) {
    for (const definition of definitions) {
      for (const name of [definition.name, ...(definition.aliases ?? [])]) {
        if (definition.kind === 'function') this.#functions.set(name, definition);
        else this.#methods.set(name, definition);
      }
    }
  }

  function(name: string): FunctionDefinition {
    const definition = this.#functions.get(name);
    if (definition !== undefined) return definition;
    const reason = LEFT_OUT_FUNCTIONS.get(name);
    throw fail(
      reason === undefined
        ? `unrecognised function '${name}'`
        : `function '${name}' is left out of this engine: ${reason}`,
    );
  }

  method(name: string): MethodDefinition | ClosureMethodDefinition {
    const definition = this.#methods.get(name);
    if (definition !== undefined) return definition;
    const reason = LEFT_OUT_METHODS.get(name);
    throw fail(
      reason === undefined
        ? `unrecognised method '${name}'`
        : `method '${name}' is left out of this engine: ${reason}`,
    );
  }
}
