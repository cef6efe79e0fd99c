import { fail, wrap } from '../../errors.ts';
import { parseJson, valueText } from '../../json.ts';
import { equals } from '../../operations.ts';
import type { Run } from '../../runtime.ts';
import { quoteStart } from '../../text.ts';
import {
  type ArrayValue,
  getOwn,
  isArray,
  isInteger,
  isNumber,
  isObject,
  type ObjectValue,
  toFloat,
  type Value,
} from '../../values.ts';
import { compileRegex, type Regex, testRegex } from './regular-expression.ts';

// The part of JSON Schema, drafts 4 to 7, that event schemas use. References stay within the schema itself, so nothing
// is fetched. The messages are the reference engine's.

export class JsonSchema {
  readonly #root: Value;
  readonly #patterns = new Map<string, Regex>();

  constructor(run: Run, text: string) {
    try {
      this.#root = parseJson(text, 'text', 'refuse', run);
      if (!isObject(this.#root) && typeof this.#root !== 'boolean')
        throw fail('schema must be an object or a boolean');
      this.#prepare(run, this.#root, 0);
    } catch (error) {
      throw wrap('failed to parse json schema definition: ', error);
    }
  }

  /**
   * Compiles patterns once and refuses external references, so that a bad schema fails when the mapping is compiled.
   */
  #prepare(run: Run, schema: Value, depth: number): void {
    if (depth > DEPTH_MAX) throw fail('schema is nested too deeply');
    if (isArray(schema)) {
      run.step(schema.length >> 2);
      for (const element of schema) this.#prepare(run, element, depth + 1);
    }
    if (!isObject(schema)) return;
    run.step();
    const reference = getOwn(schema, '$ref');
    if (typeof reference === 'string' && !reference.startsWith('#')) {
      throw fail(`reference ${reference} leads out of the schema, which is not allowed`);
    }
    const pattern = getOwn(schema, 'pattern');
    if (typeof pattern === 'string') this.#patterns.set(pattern, compileRegex(run, pattern));
    const byPattern = getOwn(schema, 'patternProperties');
    if (byPattern !== undefined && isObject(byPattern)) {
      for (const key of Object.keys(byPattern)) this.#patterns.set(key, compileRegex(run, key));
    }
    for (const key of Object.keys(schema)) this.#prepare(run, schema[key] ?? null, depth + 1);
  }

  /** Throws an error with one line for each fault. */
  check(run: Run, value: Value): void {
    const faults = new Checker(run, this.#root, this.#patterns).faults(this.#root, value, '', 0);
    if (faults.length > 0) throw fail(faults.join('\n'));
  }
}

const DEPTH_MAX = 200;
/** The cost of looking up every keyword in a schema, which lacks most of them. */
const STEPS_OF_A_SCHEMA = 2;
/** The memory of a fault and its path, including faults that are omitted at the end. */
const BYTES_OF_A_FAULT = 128;
/** More faults than this help nobody. */
const FAULTS_MAX = 50;

function typeNames(value: Value): readonly string[] {
  if (value === null || value === undefined) return ['null'];
  if (isArray(value)) return ['array'];
  if (isNumber(value)) {
    return isInteger(value) || Number.isInteger(toFloat(value)) ? ['integer', 'number'] : ['number'];
  }
  if (typeof value === 'boolean') return ['boolean'];
  return isObject(value) ? ['object'] : ['string'];
}

class Checker {
  readonly #run: Run;
  readonly #root: Value;
  readonly #patterns: ReadonlyMap<string, Regex>;

  constructor(run: Run, root: Value, patterns: ReadonlyMap<string, Regex>) {
    this.#run = run;
    this.#root = root;
    this.#patterns = patterns;
  }

  #resolve(reference: string): Value {
    let current: Value = this.#root;
    for (const part of reference.slice(1).split('/').slice(1)) {
      const key = unescapedPart(part).replaceAll('~1', '/').replaceAll('~0', '~');
      const next: Value | undefined = isArray(current)
        ? current[Number(key)]
        : isObject(current)
          ? getOwn(current, key)
          : undefined;
      if (next === undefined) throw fail(`schema reference ${reference} leads nowhere`);
      current = next;
    }
    return current;
  }

  #matches(schema: Value, value: Value, depth: number): boolean {
    return this.faults(schema, value, '', depth).length === 0;
  }

  faults(schema: Value, value: Value, path: string, depth: number): string[] {
    this.#run.step(STEPS_OF_A_SCHEMA);
    if (depth > DEPTH_MAX) throw fail('json schema: nested too deeply');
    const field = path === '' ? '(root)' : path;
    if (schema === true) return [];
    if (schema === false) return [`${field} false always fails validation`];
    if (!isObject(schema)) return [];
    const reference = getOwn(schema, '$ref');
    if (typeof reference === 'string') {
      this.#run.step(reference.length >> 1);
      return this.faults(this.#resolve(reference), value, path, depth + 1);
    }
    const faults: string[] = [];
    const add = (text: string): void => {
      this.#run.step();
      this.#run.allocate(BYTES_OF_A_FAULT);
      faults.push(`${field} ${text}`);
    };
    this.#general(schema, value, add);
    this.#combined(schema, value, depth, add);
    if (isNumber(value)) numberFaults(schema, toFloat(value), add);
    else if (typeof value === 'string') this.#textFaults(schema, value, add);
    else if (isArray(value)) faults.push(...this.#arrayFaults(schema, value, path, depth, add));
    else if (isObject(value)) faults.push(...this.#objectFaults(schema, value, path, depth, add));
    return faults.slice(0, FAULTS_MAX);
  }

  #general(schema: ObjectValue, value: Value, add: (text: string) => void): void {
    const type = getOwn(schema, 'type') ?? null;
    const wanted = isArray(type) ? type : type === null ? [] : [type];
    const given = typeNames(value);
    this.#run.step(wanted.length >> 3);
    if (wanted.length > 0 && !wanted.some((name) => typeof name === 'string' && given.includes(name))) {
      const expected = wanted.map((name) => valueText(name, this.#run)).join('/');
      add(`invalid type. expected: ${expected}, given: ${given[0] ?? ''}`);
    }
    const options = getOwn(schema, 'enum');
    if (
      options !== undefined &&
      isArray(options) &&
      !options.some((option) => equals(option, value, this.#run))
    ) {
      this.#run.step(options.length >> 1);
      const list = options
        .map((option) => (typeof option === 'string' ? `"${option}"` : valueText(option, this.#run)))
        .join(', ');
      this.#run.made(list);
      add(`must be one of the following: ${list.toLowerCase()}`);
    }
    const constant = getOwn(schema, 'const');
    if (constant !== undefined && !equals(constant, value, this.#run)) {
      add(
        `does not match: ${(typeof constant === 'string' ? `"${constant}"` : valueText(constant, this.#run)).toLowerCase()}`,
      );
    }
  }

  #combined(schema: ObjectValue, value: Value, depth: number, add: (text: string) => void): void {
    const list = (name: string): ArrayValue | undefined => {
      const schemas = getOwn(schema, name);
      return schemas !== undefined && isArray(schemas) ? schemas : undefined;
    };
    const fits = (one: Value): boolean => this.#matches(one, value, depth + 1);
    if (list('allOf')?.every(fits) === false) add('must validate all the schemas (allof)');
    if (list('anyOf')?.some(fits) === false) add('must validate at least one schema (anyof)');
    const oneOf = list('oneOf');
    if (oneOf !== undefined && oneOf.filter(fits).length !== 1)
      add('must validate one and only one schema (oneof)');
    const not = getOwn(schema, 'not');
    if (not !== undefined && fits(not)) add('must not validate the schema (not)');
    const condition = getOwn(schema, 'if');
    if (condition === undefined) return;
    const branch = getOwn(schema, fits(condition) ? 'then' : 'else');
    if (branch !== undefined && !fits(branch)) {
      add(
        fits(condition)
          ? 'must validate "then" as "if" was valid'
          : 'must validate "else" as "if" was not valid',
      );
    }
  }

  #textFaults(schema: ObjectValue, value: string, add: (text: string) => void): void {
    this.#run.reads(value.length);
    const length = charactersIn(value);
    const min = numberOf(schema, 'minLength');
    if (min !== undefined && length < min) add(`string length must be greater than or equal to ${min}`);
    const max = numberOf(schema, 'maxLength');
    if (max !== undefined && length > max) add(`string length must be less than or equal to ${max}`);
    const pattern = getOwn(schema, 'pattern');
    const regex = typeof pattern === 'string' ? this.#patterns.get(pattern) : undefined;
    if (regex !== undefined && !testRegex(this.#run, regex, value)) {
      add(`does not match pattern '${String(pattern).toLowerCase()}'`);
    }
  }

  #arrayFaults(
    schema: ObjectValue,
    value: ArrayValue,
    path: string,
    depth: number,
    add: (text: string) => void,
  ): string[] {
    const min = numberOf(schema, 'minItems');
    if (min !== undefined && value.length < min) add(`array must have at least ${min} items`);
    const max = numberOf(schema, 'maxItems');
    if (max !== undefined && value.length > max) add(`array must have at most ${max} items`);
    if (getOwn(schema, 'uniqueItems') === true) {
      const twins = this.#twins(value);
      if (twins !== undefined) add(`array items[${twins.join()}] must be unique`);
    }
    const contains = getOwn(schema, 'contains');
    if (contains !== undefined && !value.some((element) => this.#matches(contains, element, depth + 1))) {
      add('at least one of the items must match');
    }
    const items = getOwn(schema, 'items');
    if (items === undefined) return [];
    return value.flatMap((element, index) => {
      const one = isArray(items) ? (items[index] ?? getOwn(schema, 'additionalItems')) : items;
      return one === undefined ? [] : this.faults(one, element, joinField(path, String(index)), depth + 1);
    });
  }

  /** The indexes of the first duplicated element. */
  #twins(array: ArrayValue): readonly [number, number] | undefined {
    for (let second = 1; second < array.length; second++) {
      for (let first = 0; first < second; first++) {
        if (equals(array[first] ?? null, array[second] ?? null, this.#run)) return [first, second];
      }
    }
    return undefined;
  }

  #objectFaults(
    schema: ObjectValue,
    value: ObjectValue,
    path: string,
    depth: number,
    add: (text: string) => void,
  ): string[] {
    const required = getOwn(schema, 'required');
    if (required !== undefined && isArray(required)) {
      this.#run.step(required.length >> 3);
      for (const name of required) {
        if (typeof name === 'string' && getOwn(value, name) === undefined) add(`${name} is required`);
      }
    }
    const keys = this.#run.sortedKeysOf(value);
    const min = numberOf(schema, 'minProperties');
    if (min !== undefined && keys.length < min) add(`must have at least ${min} properties`);
    const max = numberOf(schema, 'maxProperties');
    if (max !== undefined && keys.length > max) add(`must have at most ${max} properties`);
    const properties = getOwn(schema, 'properties') ?? null;
    const byPattern = getOwn(schema, 'patternProperties') ?? null;
    const additional = getOwn(schema, 'additionalProperties');
    return keys.flatMap((key) => {
      const found: Value[] = [];
      const own = isObject(properties) ? getOwn(properties, key) : undefined;
      if (own !== undefined) found.push(own);
      if (isObject(byPattern)) {
        for (const pattern of Object.keys(byPattern)) {
          const regex = this.#patterns.get(pattern);
          if (regex !== undefined && testRegex(this.#run, regex, key)) found.push(byPattern[pattern] ?? null);
        }
      }
      if (found.length === 0 && additional === false) {
        add(`additional property ${key} is not allowed`);
        return [];
      }
      if (found.length === 0 && additional !== undefined) found.push(additional);
      return found.flatMap((one) => this.faults(one, value[key] ?? null, joinField(path, key), depth + 1));
    });
  }
}

function charactersIn(text: string): number {
  let count = text.length;
  // Each surrogate pair is one character.
  for (let at = 0; at < text.length; at++) {
    if ((text.codePointAt(at) ?? 0) > 0xffff) {
      count--;
      at++;
    }
  }
  return count;
}

function unescapedPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw fail(`schema reference has an escape that is no UTF-8: ${quoteStart(part)}`);
  }
}

function joinField(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function numberOf(schema: ObjectValue, name: string): number | undefined {
  const value = getOwn(schema, name);
  return value !== undefined && isNumber(value) ? toFloat(value) : undefined;
}

function numberFaults(schema: ObjectValue, value: number, add: (text: string) => void): void {
  const minimum = numberOf(schema, 'minimum');
  const maximum = numberOf(schema, 'maximum');
  const above =
    numberOf(schema, 'exclusiveMinimum') ??
    (getOwn(schema, 'exclusiveMinimum') === true ? minimum : undefined);
  const below =
    numberOf(schema, 'exclusiveMaximum') ??
    (getOwn(schema, 'exclusiveMaximum') === true ? maximum : undefined);
  if (minimum !== undefined && value < minimum) add(`must be greater than or equal to ${minimum}`);
  if (maximum !== undefined && value > maximum) add(`must be less than or equal to ${maximum}`);
  if (above !== undefined && value <= above) add(`must be greater than ${above}`);
  if (below !== undefined && value >= below) add(`must be less than ${below}`);
  const factor = numberOf(schema, 'multipleOf');
  if (factor !== undefined && factor !== 0 && !Number.isInteger(value / factor))
    add(`must be a multiple of ${factor}`);
}
