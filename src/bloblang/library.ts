// What can be called: the registered definitions by name, and a reason for what is left out on purpose.

import { fail } from './errors.ts';
import type {
  ClosureMethodDefinition,
  Definition,
  FunctionDefinition,
  MethodDefinition,
} from './stdlib/definition.ts';

/** Known to the reference engine, and not here: the reason is the message. */
export const LEFT_OUT_FUNCTIONS: ReadonlyMap<string, string> = reasons({
  'mappings cannot read the environment': 'env',
  'mappings cannot read files': 'file file_rel',
  'mappings cannot ask about the machine': 'hostname',
  'mappings share no counters; keep the number in the event': 'count',
  'there are no tracing spans': 'tracing_id tracing_span',
});
export const LEFT_OUT_METHODS: ReadonlyMap<string, string> = reasons({
  'mappings cannot run mappings that they make themselves': 'bloblang',
  'a mapping sees one event, not a batch': 'from from_all',
  'there are no vectors': 'vector',
  'there is no GeoIP database': 'geoip_city',
  'Parquet is not supported': 'parse_parquet',
});

function reasons(namesByReason: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(namesByReason).flatMap(([reason, names]) =>
      names.split(' ').map((name) => [name, reason] as const),
    ),
  );
}

export class Library {
  readonly #functions = new Map<string, FunctionDefinition>();
  readonly #methods = new Map<string, MethodDefinition | ClosureMethodDefinition>();

  constructor(definitions: readonly Definition[]) {
    for (const definition of definitions) {
      this.#add(definition);
      // Errors call it what the mapping calls it.
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
