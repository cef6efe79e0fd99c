import { compile, type ObjectValue, type Value } from '../../bloblang/index.ts';
import { EXTENDED_DEFINITIONS } from '../../bloblang/stdlib/registry-extended.ts';

/** Computes an event attribute from a request: `this` is the body, metadata are the headers. */
export interface AttributeMapping {
  /** The resulting text; undefined if the mapping gives nothing, or neither a text nor a number. */
  run(body: unknown, headers: Readonly<Record<string, string | undefined>>): AttributeOutcome;
}

export type AttributeOutcome =
  | { readonly ok: true; readonly text: string | undefined }
  | { readonly ok: false; readonly message: string };

/** Compiles Bloblang, either an expression (`this.kind`) or a mapping that assigns `root`. */
export function compileAttribute(
  source: string,
):
  | { readonly ok: true; readonly mapping: AttributeMapping }
  | { readonly ok: false; readonly message: string } {
  const text = /^\s*(root|let|map|#)\b/m.test(source) ? source : `root = ${source}`;
  const compiled = compile(text, { definitions: EXTENDED_DEFINITIONS });
  if (!compiled.ok) {
    const message = compiled.diagnostics.map((each) => `${each.text}\n${each.excerpt}`).join('\n');
    return { ok: false, message };
  }
  const { program } = compiled;
  return {
    ok: true,
    mapping: {
      run(body, headers) {
        const meta: Record<string, Value> = {};
        for (const [name, value] of Object.entries(headers)) if (value !== undefined) meta[name] = value;
        // Parsed JSON is a valid document of the language.
        const outcome = program.runToJson((body ?? null) as Value, { meta: meta as ObjectValue });
        switch (outcome.kind) {
          case 'output':
            return { ok: true, text: textOf(JSON.parse(outcome.json)) };
          case 'unchanged':
            return { ok: true, text: outcome.assigned ? textOf(body) : undefined };
          case 'deleted':
            return { ok: true, text: undefined };
          case 'error':
            return { ok: false, message: outcome.error };
        }
      },
    },
  };
}

/** Why the expression does not compile; undefined if it does. */
export function expressionFault(source: string): string | undefined {
  const compiled = compileAttribute(source);
  return compiled.ok ? undefined : compiled.message;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}
