import type { JsonSchema } from '@valibot/to-json-schema';
import type { OperationObject, openApiDocument, ParameterObject } from '../functions/api/openapi.ts';

export type ApiDocument = Pick<ReturnType<typeof openApiDocument>, 'paths' | 'components'>;

/** A request may accept more than before; an answer may contain more than before. */
type Direction = 'request' | 'answer';

/**
 * The changes from `before` to `after` that break the API's callers, one sentence each. Answers are open (a field and a
 * value of a known list may be added); requests are closed (a field that is no longer accepted is refused).
 */
export function breakingChanges(before: ApiDocument, after: ApiDocument): string[] {
  return new Comparison(before, after).faults();
}

class Comparison {
  readonly #before: ApiDocument;
  readonly #after: ApiDocument;
  readonly #faults = new Set<string>();
  /** Pairs of named schemas already compared: a schema may contain itself. */
  readonly #compared = new Set<string>();

  constructor(before: ApiDocument, after: ApiDocument) {
    this.#before = before;
    this.#after = after;
  }

  faults(): string[] {
    for (const [path, methods] of Object.entries(this.#before.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const at = `${method.toUpperCase()} ${path}`;
        const now = this.#after.paths[path]?.[method];
        if (now === undefined) this.#fault(at, 'is gone');
        else this.#operation(at, operation, now);
      }
    }
    return [...this.#faults];
  }

  #fault(at: string, what: string): void {
    this.#faults.add(`${at}: ${what}`);
  }

  #operation(at: string, before: OperationObject, after: OperationObject): void {
    this.#parameters(at, before.parameters, after.parameters);
    const [body, bodyNow] = [before.requestBody, after.requestBody];
    if (bodyNow?.required === true && body?.required !== true) this.#fault(at, 'a body has to be sent now');
    const sent = body?.content['application/json']?.schema;
    const sentNow = bodyNow?.content['application/json']?.schema;
    if (sent !== undefined && sentNow !== undefined) this.#schema('request', `${at}, body`, sent, sentNow);
    for (const [status, response] of Object.entries(before.responses)) {
      // Losing an error answer harms nobody, and callers must expect new ones.
      if (!status.startsWith('2')) continue;
      const responseNow = after.responses[status];
      if (responseNow === undefined) this.#fault(at, `no longer answers ${status}`);
      for (const [type, { schema }] of Object.entries(response.content)) {
        const schemaNow = responseNow?.content[type]?.schema;
        if (schemaNow !== undefined) this.#schema('answer', `${at}, ${status}`, schema, schemaNow);
        else if (responseNow !== undefined) this.#fault(at, `${status} no longer comes as ${type}`);
      }
    }
  }

  #parameters(at: string, before: readonly ParameterObject[], after: readonly ParameterObject[]): void {
    const find = (among: readonly ParameterObject[], sought: ParameterObject) =>
      among.find((each) => each.name === sought.name && each.in === sought.in);
    for (const parameter of before) {
      const now = find(after, parameter);
      const where = `${at}, ${parameter.in} parameter ${parameter.name}`;
      if (now === undefined) this.#fault(where, 'is gone');
      else this.#schema('request', where, parameter.schema, now.schema);
    }
    for (const parameter of after) {
      if (parameter.required && find(before, parameter)?.required !== true) {
        this.#fault(`${at}, ${parameter.in} parameter ${parameter.name}`, 'has to be given now');
      }
    }
  }

  #schema(direction: Direction, at: string, before: JsonSchema, after: JsonSchema): void {
    if (before.$ref !== undefined || after.$ref !== undefined) {
      const pair = `${direction} ${before.$ref} ${after.$ref}`;
      if (before.$ref !== undefined && after.$ref !== undefined) {
        if (this.#compared.has(pair)) return;
        this.#compared.add(pair);
      }
      this.#schema(direction, at, resolved(this.#before, before), resolved(this.#after, after));
      return;
    }
    this.#types(direction, at, before, after);
    if (direction === 'request') this.#bounds(at, before, after);
    this.#properties(direction, at, before, after);
    this.#alternatives(direction, at, before, after);
    for (const part of ['items', 'additionalProperties'] as const) {
      const [each, eachNow] = [before[part], after[part]];
      if (isSchema(each) && isSchema(eachNow)) this.#schema(direction, `${at}[]`, each, eachNow);
    }
  }

  #types(direction: Direction, at: string, before: JsonSchema, after: JsonSchema): void {
    const [types, typesNow] = [typesOf(before), typesOf(after)];
    const [wider, narrower] = direction === 'request' ? [typesNow, types] : [types, typesNow];
    if (wider === undefined) return;
    const surplus = narrower?.filter(
      (type) => !wider.includes(type) && !(type === 'integer' && wider.includes('number')),
    );
    if (surplus === undefined || surplus.length > 0) {
      this.#fault(
        at,
        `was ${types?.join(' or ') ?? 'of any type'}, is ${typesNow?.join(' or ') ?? 'of any type'}`,
      );
    }
  }

  #bounds(at: string, before: JsonSchema, after: JsonSchema): void {
    if (after.enum !== undefined) {
      const gone = before.enum?.filter((value) => !after.enum?.includes(value)) ?? ['every other value'];
      if (gone.length > 0) this.#fault(at, `no longer takes ${gone.map(String).join(', ')}`);
    }
    for (const upper of ['maximum', 'maxLength', 'maxItems', 'maxProperties'] as const) {
      if ((after[upper] ?? Infinity) < (before[upper] ?? Infinity)) {
        this.#fault(at, `${upper} was ${before[upper] ?? 'open'}, is ${after[upper]}`);
      }
    }
    for (const lower of ['minimum', 'minLength', 'minItems', 'minProperties'] as const) {
      if ((after[lower] ?? -Infinity) > (before[lower] ?? -Infinity)) {
        this.#fault(at, `${lower} was ${before[lower] ?? 'open'}, is ${after[lower]}`);
      }
    }
    for (const form of ['pattern', 'format', 'const'] as const) {
      if (after[form] !== undefined && JSON.stringify(after[form]) !== JSON.stringify(before[form])) {
        this.#fault(at, `${form} was ${String(before[form] ?? 'open')}, is ${String(after[form])}`);
      }
    }
  }

  #properties(direction: Direction, at: string, before: JsonSchema, after: JsonSchema): void {
    const [properties, propertiesNow] = [before.properties ?? {}, after.properties ?? {}];
    for (const [name, property] of Object.entries(properties)) {
      const now = propertiesNow[name];
      if (isSchema(property) && isSchema(now)) this.#schema(direction, `${at}, ${name}`, property, now);
      if (now === undefined && (direction === 'answer' || after.additionalProperties === false)) {
        this.#fault(`${at}, ${name}`, direction === 'answer' ? 'is gone' : 'is no longer taken');
      }
    }
    const [required, requiredNow] = [before.required ?? [], after.required ?? []];
    if (direction === 'request') {
      for (const name of requiredNow.filter((each) => !required.includes(each))) {
        this.#fault(`${at}, ${name}`, 'has to be given now');
      }
    } else {
      for (const name of required.filter((each) => !requiredNow.includes(each) && each in propertiesNow)) {
        this.#fault(`${at}, ${name}`, 'may be absent now');
      }
    }
  }

  /** An old alternative must still exist, anywhere in the list. A new one is like a new value: callers tell it apart by its type. */
  #alternatives(direction: Direction, at: string, before: JsonSchema, after: JsonSchema): void {
    for (const word of ['anyOf', 'oneOf', 'allOf'] as const) {
      const [parts, partsNow] = [(before[word] ?? []).filter(isSchema), (after[word] ?? []).filter(isSchema)];
      // Each part of allOf is one more demand on the request.
      if (word === 'allOf' && direction === 'request' && partsNow.length > parts.length) {
        this.#fault(at, `allOf had ${parts.length} parts, has ${partsNow.length}`);
      }
      if (word === 'allOf' && partsNow.length < parts.length && direction === 'request') continue;
      for (const [index, part] of parts.entries()) {
        const faults = partsNow.map((now) => this.#between(direction, at, part, now));
        if (faults.some((each) => each.length === 0)) continue;
        if (faults.length === 0) this.#fault(at, `${word} is gone`);
        for (const fault of faults[index] ?? faults[0] ?? []) this.#faults.add(fault);
      }
      if (direction === 'answer' && parts.length > 0) {
        const known = new Set(parts.flatMap((part) => typesOf(resolved(this.#before, part)) ?? []));
        const types = partsNow.flatMap((part) => typesOf(resolved(this.#after, part)) ?? []);
        const surplus = types.filter((type) => !known.has(type));
        if (surplus.length > 0) this.#fault(at, `may be ${surplus.join(' or ')} now`);
      }
    }
  }

  #between(direction: Direction, at: string, before: JsonSchema, after: JsonSchema): string[] {
    const comparison = new Comparison(this.#before, this.#after);
    comparison.#schema(direction, at, before, after);
    return [...comparison.#faults];
  }
}

function resolved({ components }: ApiDocument, schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.replace('#/components/schemas/', '');
  const found = components.schemas[name];
  if (found === undefined) throw new Error(`expected a schema named ${name} in the document`);
  return found;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typesOf({ type }: JsonSchema): readonly string[] | undefined {
  if (type === undefined) return undefined;
  return Array.isArray(type) ? type : [type];
}
