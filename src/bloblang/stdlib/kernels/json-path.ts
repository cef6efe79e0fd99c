import { fail } from '../../errors.ts';
import { equals, orderOfTexts } from '../../operations.ts';
import type { Run } from '../../runtime.ts';
import { getOwn, isArray, isNumber, isObject, toFloat, type Value } from '../../values.ts';

// JSONPath: `$.a.b`, `['a']`, `[0]`, `[1:3]`, `[a,b]`, `.*`, `..name`, and filters such as `[?(@.n > 1 && @.s == 'x')]`.

type Selector =
  | { readonly kind: 'names'; readonly names: readonly (string | number)[] }
  | { readonly kind: 'all' }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number; readonly step: number }
  | { readonly kind: 'filter'; readonly test: Predicate };

interface Step {
  readonly deep: boolean;
  readonly selector: Selector;
}

type Predicate = (run: Run, element: Value, root: Value) => Value;

export interface JsonPath {
  readonly steps: readonly Step[];
  /** The path selects at most one value. The result is that value, and its absence is an error. */
  readonly single: boolean;
}

/** How deep brackets may nest. */
const NESTING_MAX = 50;

class PathParser {
  #at = 0;
  readonly #text: string;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #fault(): never {
    throw fail(
      `failed to parse json path: unexpected ${JSON.stringify(this.#text.slice(this.#at, this.#at + 10))} at ${this.#at}`,
    );
  }

  #spaces(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at++;
  }

  #take(token: string): boolean {
    this.#spaces();
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) this.#fault();
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  whole(): JsonPath {
    this.#expect('$');
    const path = this.#path();
    this.#spaces();
    if (this.#at < this.#text.length) this.#fault();
    return path;
  }

  #path(): JsonPath {
    const steps: Step[] = [];
    for (;;) {
      if (this.#text.startsWith('..', this.#at)) {
        this.#at += 2;
        steps.push({
          deep: true,
          selector: this.#text[this.#at] === '[' ? this.#bracket() : this.#dotName(),
        });
      } else if (this.#text[this.#at] === '.') {
        this.#at++;
        steps.push({ deep: false, selector: this.#dotName() });
      } else if (this.#text[this.#at] === '[') steps.push({ deep: false, selector: this.#bracket() });
      else break;
    }
    const single = steps.every(
      ({ deep, selector }) => !deep && selector.kind === 'names' && selector.names.length === 1,
    );
    return { steps, single };
  }

  #dotName(): Selector {
    if (this.#text[this.#at] === '*') {
      this.#at++;
      return { kind: 'all' };
    }
    const name = this.#match(/[\p{L}\p{N}_-]+/uy);
    return name === undefined ? this.#fault() : { kind: 'names', names: [name] };
  }

  #bracket(): Selector {
    this.#depth++;
    if (this.#depth > NESTING_MAX) throw fail('failed to parse json path: nested too deeply');
    this.#expect('[');
    const selector = this.#selector();
    this.#expect(']');
    this.#depth--;
    return selector;
  }

  #selector(): Selector {
    if (this.#take('*')) return { kind: 'all' };
    if (this.#take('?')) {
      this.#expect('(');
      const test = this.#either();
      this.#expect(')');
      return { kind: 'filter', test };
    }
    const first = this.#key();
    if (this.#take(':')) {
      const to = this.#key();
      const step = this.#take(':') ? this.#key() : undefined;
      return {
        kind: 'slice',
        step: typeof step === 'number' && step !== 0 ? step : 1,
        ...(typeof first === 'number' && { from: first }),
        ...(typeof to === 'number' && { to }),
      };
    }
    if (first === undefined) this.#fault();
    const names = [first];
    while (this.#take(',')) names.push(this.#key() ?? this.#fault());
    return { kind: 'names', names };
  }

  #key(): string | number | undefined {
    this.#spaces();
    const quoted = this.#quoted();
    if (quoted !== undefined) return quoted;
    const number = this.#match(/-?[0-9]+/y);
    return number === undefined ? undefined : Number(number);
  }

  #quoted(): string | undefined {
    const text = this.#match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/sy);
    return text?.slice(1, -1).replace(/\\(.)/gs, '$1');
  }

  #either(): Predicate {
    const first = this.#both();
    const all = [first];
    while (this.#take('||')) all.push(this.#both());
    if (all.length === 1) return first;
    return (run, element, root) => all.some((one) => isTrue(one, run, element, root));
  }

  #both(): Predicate {
    const first = this.#comparison();
    const all = [first];
    while (this.#take('&&')) all.push(this.#comparison());
    if (all.length === 1) return first;
    return (run, element, root) => all.every((one) => isTrue(one, run, element, root));
  }

  #comparison(): Predicate {
    const left = this.#operand();
    this.#spaces();
    const operator = this.#match(/==|!=|<=|>=|<|>/y);
    if (operator === undefined) return left;
    const right = this.#operand();
    return (run, element, root) =>
      compare(run, operator, left(run, element, root), right(run, element, root));
  }

  #operand(): Predicate {
    this.#depth++;
    if (this.#depth > NESTING_MAX) throw fail('failed to parse json path: nested too deeply');
    const operand = this.#simple();
    this.#depth--;
    return operand;
  }

  #simple(): Predicate {
    if (this.#take('!')) {
      const inner = this.#operand();
      return (run, element, root) => !truth(inner(run, element, root));
    }
    if (this.#take('(')) {
      const inner = this.#either();
      this.#expect(')');
      return inner;
    }
    if (this.#take('@')) {
      const path = this.#path();
      return (run, element) => select(run, path, element)[0] ?? null;
    }
    if (this.#take('$')) {
      const path = this.#path();
      return (run, _element, root) => select(run, path, root)[0] ?? null;
    }
    this.#spaces();
    const quoted = this.#quoted();
    if (quoted !== undefined) return () => quoted;
    const number = this.#match(/-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y);
    if (number !== undefined) return () => Number(number);
    const word = this.#match(/true|false|null/y);
    if (word === undefined) this.#fault();
    return () => (word === 'null' ? null : word === 'true');
  }
}

/** Each part of a filter pays, because a filter may have thousands of them. */
function isTrue(predicate: Predicate, run: Run, element: Value, root: Value): boolean {
  run.step();
  return truth(predicate(run, element, root));
}

function truth(value: Value): boolean {
  return value !== null && value !== false && value !== undefined;
}

function compare(run: Run, operator: string, left: Value, right: Value): boolean {
  if (operator === '==') return equals(left, right, run);
  if (operator === '!=') return !equals(left, right, run);
  let order: number;
  if (isNumber(left) && isNumber(right)) order = toFloat(left) - toFloat(right);
  else if (typeof left === 'string' && typeof right === 'string') order = orderOfTexts(left, right, run);
  else return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

export function parseJsonPath(text: string): JsonPath {
  return new PathParser(text).whole();
}

function children(run: Run, value: Value): readonly Value[] {
  if (isArray(value)) return value;
  return isObject(value) ? run.sortedKeysOf(value).map((key) => value[key] ?? null) : [];
}

/** The memory of an entry of a growing array. */
const ENTRY_BYTES = 16;

function descendants(run: Run, value: Value, depth: number, found: Value[]): void {
  run.step();
  if (depth > run.limits.valueDepth) throw fail('json path: value is nested too deeply');
  run.allocate(ENTRY_BYTES);
  found.push(value);
  for (const child of children(run, value)) descendants(run, child, depth + 1, found);
}

function named(value: Value, name: string | number): Value | undefined {
  if (isObject(value)) return getOwn(value, String(name));
  if (!isArray(value) || !/^-?[0-9]+$/.test(String(name))) return undefined;
  return value.at(Number(name));
}

function pick(run: Run, selector: Selector, value: Value, root: Value): readonly Value[] {
  switch (selector.kind) {
    case 'all':
      return children(run, value);
    case 'names':
      run.step(selector.names.length >> 3);
      return selector.names.flatMap((name) => {
        const found = named(value, name);
        return found === undefined ? [] : [found];
      });
    case 'slice': {
      if (!isArray(value)) return [];
      const { from, to, step } = selector;
      const part = value.slice(from ?? 0, to ?? value.length);
      run.allocateEntries(part.length * 2);
      if (step < 0) return [...part].reverse().filter((_, index) => index % -step === 0);
      return part.filter((_, index) => index % step === 0);
    }
    case 'filter':
      return children(run, value).filter((element) => {
        run.step();
        return truth(selector.test(run, element, root));
      });
  }
}

function select(run: Run, path: JsonPath, root: Value): readonly Value[] {
  let current: readonly Value[] = [root];
  for (const { deep, selector } of path.steps) {
    const from: Value[] = [];
    run.step(current.length);
    if (deep) for (const value of current) descendants(run, value, 0, from);
    const next = (deep ? from : current).flatMap((value) => pick(run, selector, value, root));
    run.allocateEntries(next.length);
    current = next;
  }
  return current;
}

export function runJsonPath(run: Run, path: JsonPath, value: Value): Value {
  const found = select(run, path, value);
  if (!path.single) return found;
  const [first] = found;
  if (first === undefined) {
    const last = path.steps.at(-1)?.selector;
    throw fail(`unknown key ${last?.kind === 'names' ? String(last.names[0]) : ''}`);
  }
  return first;
}
