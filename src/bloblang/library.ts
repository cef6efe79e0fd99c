// The built-ins that a mapping can call, by name. Each deliberate omission has a reason.

import { fail } from './errors.ts';
import type {
  ClosureMethodDefinition,
  Definition,
  FunctionDefinition,
  MethodDefinition,
} from './stdlib/definition.ts';

/** The reference engine's built-ins that this engine deliberately omits, each with the reason that authors see. */
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
      this.#add(definition);
      // Errors use the name that the mapping uses.
      for (const name of definition.aliases ?? []) this.#add({ ...definition, name });
    }
  }

  #add(definition: Definition): void {
    if (definition.kind === 'function') this.#functions.set(definition.name, definition);
    else this.#methods.set(definition.name, definition);
  }

  function(name: string): FunctionDefinition {
    return this.#functions.get(name) ?? missing('function', name, LEFT_OUT_FUNCTIONS);
  }

  method(name: string): MethodDefinition | ClosureMethodDefinition {
    return this.#methods.get(name) ?? missing('method', name, LEFT_OUT_METHODS);
  }
}

function missing(kind: string, name: string, leftOut: ReadonlyMap<string, string>): never {
  const reason = leftOut.get(name);
  throw fail(
    reason === undefined
      ? `unrecognised ${kind} '${name}'`
      : `${kind} '${name}' is left out of this engine: ${reason}`,
  );
}
