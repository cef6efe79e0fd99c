import { compile, type ObjectValue, type Value } from '../../bloblang/index.ts';
import { EXTENDED_DEFINITIONS } from '../../bloblang/stdlib/registry-extended.ts';

/** Gives an attribute of an event from a request: `this` is its body, metadata are its headers. */
export interface AttributeMapping {
  /** The text that it gives; undefined when it gives none, or something that is no text and no number. */
  run(body: unknown, headers: Readonly<Record<string, string | undefined>>): AttributeOutcome;
}

export type AttributeOutcome =
  | { readonly ok: true; readonly text: string | undefined }
  | { readonly ok: false; readonly message: string };

/** Bloblang, as an expression (`this.kind`) or as a mapping that assigns `root`. */
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
        // What was parsed of JSON is a document of the language.
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

/** Why it does not compile; undefined when it does. */
export function expressionFault(source: string): string | undefined {
  const compiled = compileAttribute(source);
  return compiled.ok ? undefined : compiled.message;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}
