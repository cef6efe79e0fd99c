import { compile } from '../../bloblang/index.ts';
import { EXTENDED_DEFINITIONS } from '../../bloblang/stdlib/registry-extended.ts';
import type { Event } from '../../domain/events/event.ts';
import { attributesOf, describeDiagnostics, documentOf } from './filter.ts';

/** Finds the key of an event as its source sent it: events with the same key are sent in order. Never throws. */
export type OrderKey = (event: Event) => OrderKeyOutcome;

export type OrderKeyOutcome =
  | { readonly kind: 'found'; readonly key: string }
  | { readonly kind: 'failed'; readonly message: string };

export type OrderKeyCompilation =
  | { readonly ok: true; readonly orderKey: OrderKey }
  /** For people: line, column, what was expected, the source line with a caret. */
  | { readonly ok: false; readonly message: string };

/** In characters. Ids and names are far shorter; a whole document as a key is a mistake. */
export const ORDER_KEY_LENGTH_MAX = 1_024;

/** The `partitionkey` of a change event is the id of its record, or of the first of its records. */
export const defaultOrderKey: OrderKey = ({ partitionkey, subject }) => {
  for (const key of [partitionkey, subject]) {
    if (typeof key === 'string' && key !== '')
      return { kind: 'found', key: key.slice(0, ORDER_KEY_LENGTH_MAX) };
  }
  return failed(
    'expected the event to have a partitionkey or a subject, found neither: give the stream a --key',
  );
};

/** Compiles an order key. Its mapping sees what a filter sees. */
export function compileOrderKey(source: string): OrderKeyCompilation {
  const compiled = compile(source, { definitions: EXTENDED_DEFINITIONS });
  if (!compiled.ok) return { ok: false, message: describeDiagnostics(compiled.diagnostics) };
  // The mapping must be stateless: an event has the same key wherever it is computed.
  const { program } = compiled;
  return {
    ok: true,
    orderKey(event) {
      const outcome = program.runToJson(documentOf(event), { meta: attributesOf(event) });
      switch (outcome.kind) {
        case 'output':
          return keyOf(outcome.json);
        case 'unchanged':
          return failed(
            'expected the key mapping to give a text, a number or a boolean, found the whole event',
          );
        case 'deleted':
          return failed('expected the key mapping to give a text, a number or a boolean, found deleted()');
        case 'error':
          return failed(outcome.error);
      }
    },
  };
}

/** Numbers are taken as written: two numbers beyond 2^53 must not become the same key. */
function keyOf(json: string): OrderKeyOutcome {
  const isText = json.startsWith('"');
  if (!isText && !/^(?:-?\d|true|false)/.test(json)) {
    return failed(
      `expected the key mapping to give a text, a number or a boolean, found ${json === 'null' ? 'null' : json.startsWith('[') ? 'an array' : 'an object'}`,
    );
  }
  const key = isText ? String(JSON.parse(json)) : json;
  if (key === '')
    return failed('expected the key mapping to give a text that is not empty, found an empty one');
  if (key.length > ORDER_KEY_LENGTH_MAX) {
    return failed(
      `expected the key mapping to give at most ${ORDER_KEY_LENGTH_MAX} characters, found ${key.length}`,
    );
  }
  return { kind: 'found', key };
}

function failed(message: string): OrderKeyOutcome {
  return { kind: 'failed', message };
}
