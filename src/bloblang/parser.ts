// The parser has one function per production and tries the alternatives in the order that the language defines.
//
// The message for a mistake is part of the language. Every failed alternative says how far it got, and the one that got
// farthest is reported. After a fatal failure ("required") the parser tries no other alternative. Each node goes to
// `check` as soon as it is complete, because a wrong argument on line 1 must be reported before a missing bracket on
// line 2.
//
// The file is long because the productions are mutually recursive.

import {
  type Argument,
  type Expression,
  type MapDefinition,
  type Mapping,
  type MatchCaseNode,
  OPERATORS,
  type Operator,
  type PathNode,
  type Statement,
} from './ast.ts';
import {
  Failure,
  failed,
  farther,
  fatal,
  forgivable,
  named,
  type Parsed,
  parsed,
  type Result,
  required,
  Scanner,
} from './scanner.ts';

/** Checks a complete node; returns undefined if it is valid. */
type Check = (node: Expression) => string | undefined;

interface ParserOptions {
  readonly check: Check;
  readonly nestingMax: number;
  /** Called for each piece of work, so that a test can count it and show that parsing takes linear time. */
  readonly onWork?: () => void;
}

/** The parameter names of the enclosing lambdas. */
interface Names {
  readonly name: string;
  readonly outer: Names | undefined;
}

/**
 * What names mean at this position. The elements of one list share an environment, because a lambda's name stays taken
 * there (a quirk of the language).
 */
export interface Environment {
  readonly names: Names | undefined;
  taken: Names | undefined;
}

export function emptyEnvironment(): Environment {
  return { names: undefined, taken: undefined };
}

function fresh(environment: Environment): Environment {
  return { names: environment.names, taken: environment.names };
}

function isTaken(names: Names | undefined, name: string): boolean {
  for (let at = names; at !== undefined; at = at.outer) if (at.name === name) return true;
  return false;
}

function heightOver(...nodes: readonly (Expression | undefined)[]): number {
  let height = 0;
  for (const node of nodes) if (node !== undefined && node.height > height) height = node.height;
  return height + 1;
}

export class Parser extends Scanner {
  readonly #check: Check;
  readonly #nestingMax: number;
  readonly #onWork: (() => void) | undefined;
  #depth = 0;

  constructor(source: string, options: ParserOptions) {
    super(source);
    this.#check = options.check;
    this.#nestingMax = options.nestingMax;
    this.#onWork = options.onWork;
  }

  // --- mappings and statements ----------------------------------------------------------------------------------

  /** mapping = statements | query | `from` string */
  mapping(): Result<Mapping> {
    const direct = this.#directImport();
    if (direct !== undefined) return direct;
    const start = this.skipBlank(0);
    if (this.isEnd(start)) return new Failure(start, ['import', 'map', 'assignment']);
    const statements = this.#statements();
    if (!failed(statements)) return statements;
    if (statements.fatal !== undefined) return statements;
    const shorthand = this.#shorthand();
    if (!failed(shorthand)) return shorthand;
    return shorthand.at > statements.at ? shorthand : statements;
  }

  /** `from` SP string: deliberately unsupported, like `import`. */
  #directImport(): Failure | undefined {
    const start = this.skipBlank(0);
    if (!this.is(start, 'from')) return undefined;
    const space = this.spaces(start + 4);
    if (failed(space)) return undefined;
    const path = this.quoted(space.end);
    if (failed(path)) return path.fatal === undefined ? undefined : path;
    return fatal(0, IMPORTS_LEFT_OUT);
  }

  #statements(): Result<Mapping> {
    const maps: MapDefinition[] = [];
    const statements: Statement[] = [];
    let at = this.skipBlank(0);
    for (;;) {
      const result = this.#topStatement(at, maps);
      if (failed(result)) return result;
      if (result.value !== undefined) statements.push(result.value);
      at = this.skipSpaces(result.end);
      if (this.isEnd(at)) break;
      const line = this.lineBreak(at);
      if (failed(line)) return line;
      at = this.skipBlank(line.end);
      if (this.isEnd(at)) break;
    }
    return parsed({ maps, statements }, at);
  }

  /** A lone query is short for `root = query`. */
  #shorthand(): Result<Mapping> {
    const start = this.skipBlank(0);
    const query = this.query(start, emptyEnvironment());
    if (failed(query)) return query;
    const end = this.skipBlank(query.end);
    if (!this.isEnd(end)) {
      const characters = [...this.source.slice(start, query.end)];
      const beginning =
        characters.length > 12 ? `${characters.slice(0, 12).join('')}...` : characters.join('');
      return new Failure(end, [
        `the mapping to end here as the beginning is shorthand for \`root = ${beginning}\`, but this shorthand form cannot be followed with more assignments`,
      ]);
    }
    return parsed({ maps: [], statements: [{ kind: 'assign', at: 0, path: [], value: query.value }] }, end);
  }

  /** statement at top level = import | map | let | meta | assign | if */
  #topStatement(at: number, maps: MapDefinition[]): Result<Statement | undefined> {
    this.#onWork?.();
    const imported = this.#importStatement(at);
    if (imported.fatal !== undefined) return imported;
    const map = this.#mapDefinition(at);
    if (!failed(map)) {
      if (maps.some((other) => other.name === map.value.name)) {
        return fatal(at, `map name collision: ${map.value.name}`);
      }
      maps.push(map.value);
      return parsed(undefined, map.end);
    }
    if (map.fatal !== undefined) return map;
    return this.#statement(at, true, farther(imported, map));
  }

  #importStatement(at: number): Failure {
    const space = this.#keyword(at, 'import');
    if (failed(space)) return space;
    const path = required(this.quoted(space.end), 'filepath');
    return failed(path) ? path : fatal(at, IMPORTS_LEFT_OUT);
  }

  /** map = `map` SP (name | string) SP block, without meta, map and import inside */
  #mapDefinition(at: number): Result<MapDefinition> {
    const space = this.#keyword(at, 'map');
    if (failed(space)) return space;
    const name = required(this.#stringOrName(space.end), 'map name');
    if (failed(name)) return name;
    const gap = this.spaces(name.end);
    if (failed(gap)) return gap;
    const body = this.#block(gap.end, false);
    return failed(body) ? body : parsed({ name: name.value, at, body: body.value }, body.end);
  }

  /** statement = let | meta | assign | if */
  #statement(at: number, metaAllowed: boolean, before?: Failure): Result<Statement> {
    this.#onWork?.();
    let failure = before;
    const readings: readonly ((at: number) => Result<Statement>)[] = [
      (from) => this.#letStatement(from),
      (from) => this.#metaStatement(from, metaAllowed),
      (from) => this.#assignStatement(from),
      (from) => this.#ifStatement(from),
    ];
    for (const reading of readings) {
      const result = reading(at);
      if (!forgivable(result)) return result;
      failure = farther(failure, result);
    }
    return failure ?? new Failure(at, ['assignment']);
  }

  /** block = `{` WS* [ statement { SP* NL WS* statement } ] WS* `}` */
  #block(at: number, metaAllowed: boolean): Result<readonly Statement[]> {
    return this.#delimited(
      at,
      '{',
      ['{'],
      (from) => this.#statement(from, metaAllowed),
      (from) => {
        const line = this.lineBreak(this.skipSpaces(from));
        return failed(line) ? line : parsed(undefined, this.skipBlank(line.end));
      },
      '}',
    );
  }

  /** let = `let` SP (string | name) SP `=` SP query */
  #letStatement(at: number): Result<Statement> {
    const space = this.#keyword(at, 'let', 'assignment');
    if (failed(space)) return space;
    const name = required(this.#stringOrName(space.end), 'variable name');
    if (failed(name)) return name;
    const gap = this.spaces(name.end);
    if (failed(gap)) return gap;
    const value = this.#assigned(gap.end);
    return failed(value)
      ? value
      : parsed({ kind: 'let', at, name: name.value, value: value.value }, value.end);
  }

  /** meta = `meta` SP [ string | name ] SP? `=` SP query */
  #metaStatement(at: number, allowed: boolean): Result<Statement> {
    const space = this.#keyword(at, 'meta', 'assignment');
    if (failed(space)) return space;
    const key = this.#stringOrName(space.end);
    if (failed(key) && key.fatal !== undefined) return key;
    const keyEnd = failed(key) ? space.end : key.end;
    const value = this.#assigned(this.skipSpaces(keyEnd));
    if (failed(value)) return value;
    if (!allowed) return fatal(at, 'setting meta fields is not allowed within this block');
    return parsed(
      { kind: 'meta', at, key: failed(key) ? undefined : key.value, value: value.value },
      value.end,
    );
  }

  /** assign = target SP `=` SP query */
  #assignStatement(at: number): Result<Statement> {
    const target = this.#target(at);
    if (failed(target)) return target;
    const gap = this.spaces(target.end);
    if (failed(gap)) return gap;
    const value = this.#assigned(gap.end);
    if (failed(value)) return value;
    const path = target.value[0] === 'root' ? target.value.slice(1) : target.value;
    return parsed({ kind: 'assign', at, path, value: value.value }, value.end);
  }

  /** target = name { `.` (string | name) } */
  #target(at: number): Result<readonly string[]> {
    const first = this.name(at, ['assignment']);
    if (failed(first)) return first;
    const path = [first.value];
    let end = first.end;
    while (this.is(end, '.')) {
      const segment = named(this.#stringOrName(end + 1), 'target path');
      if (failed(segment)) {
        if (segment.fatal !== undefined) return segment;
        // The segments after the first are optional as a group, so on failure the target ends before the first dot.
        return parsed([first.value], first.end);
      }
      path.push(segment.value);
      end = segment.end;
    }
    return parsed(path, end);
  }

  /** `=` SP query */
  #assigned(at: number): Result<Expression> {
    const equals = this.term(at, '=');
    if (failed(equals)) return equals;
    const space = this.spaces(equals.end);
    return failed(space) ? space : this.query(space.end, emptyEnvironment());
  }

  /** if = `if` SP query WS* block { WS* `else if` SP query WS* block } [ WS* `else` WS* block ] */
  #ifStatement(at: number): Result<Statement> {
    return this.#nested(at, () => {
      const word = named(this.term(at, 'if'), 'assignment');
      if (failed(word)) return word;
      const first = this.#conditionAndBlock(word.end);
      if (failed(first)) return first;
      const branches: { condition: Expression | undefined; body: readonly Statement[] }[] = [first.value];
      let end = first.end;
      for (;;) {
        const next = this.skipBlank(end);
        if (!this.is(next, 'else if')) break;
        const branch = this.#conditionAndBlock(next + 'else if'.length);
        if (failed(branch)) {
          if (branch.fatal !== undefined) return branch;
          break;
        }
        branches.push(branch.value);
        end = branch.end;
      }
      const next = this.skipBlank(end);
      if (this.is(next, 'else')) {
        const body = this.#block(this.skipBlank(next + 'else'.length), true);
        if (failed(body) && body.fatal !== undefined) return body;
        if (!failed(body)) {
          branches.push({ condition: undefined, body: body.value });
          end = body.end;
        }
      }
      return parsed({ kind: 'if-statement', at, branches }, end);
    });
  }

  #conditionAndBlock(at: number): Result<{ condition: Expression | undefined; body: readonly Statement[] }> {
    const space = this.spaces(at);
    if (failed(space)) return space;
    const condition = required(this.query(space.end, emptyEnvironment()));
    if (failed(condition)) return condition;
    const body = this.#block(this.skipBlank(condition.end), true);
    return failed(body) ? body : parsed({ condition: condition.value, body: body.value }, body.end);
  }

  /** A word and the spaces after it. If the word is missing, the failure says `expected`. */
  #keyword(at: number, word: string, expected = word): Result<undefined> {
    return this.is(at, word) ? this.spaces(at + word.length) : new Failure(at, [expected]);
  }

  #stringOrName(at: number): Result<string> {
    return this.is(at, '"') ? this.quoted(at) : this.name(at, ['quoted string']);
  }

  // --- lists ----------------------------------------------------------------------------------------------------

  /**
   * open [ element { separator element } ] close, where a separator may also precede the close. An element may fail
   * only where the close stands in its place.
   */
  #delimited<T>(
    at: number,
    open: string,
    openExpected: readonly string[],
    element: (at: number) => Result<T>,
    separator: (at: number) => Result<undefined>,
    close: string,
    closed: (result: Result<string>) => Result<string> = (result) => result,
  ): Result<readonly T[]> {
    if (!this.is(at, open)) return new Failure(at, openExpected);
    const elements: T[] = [];
    let end = this.skipBlank(at + open.length);
    for (;;) {
      this.#onWork?.();
      const result = element(end);
      if (failed(result)) {
        const stop = closed(this.#closing(end, close));
        return failed(stop) ? result : parsed(elements, stop.end);
      }
      elements.push(result.value);
      const next = separator(result.end);
      if (failed(next)) {
        const stop = closed(this.#closing(result.end, close));
        if (!failed(stop)) return parsed(elements, stop.end);
        return new Failure(next.at, [...next.expected, ...stop.expected], next.fatal ?? stop.fatal);
      }
      end = next.end;
    }
  }

  #closing(at: number, close: string): Result<string> {
    return this.term(this.skipBlank(at), close);
  }

  /** SP* `,` WS* */
  #comma(at: number): Result<undefined> {
    const mark = this.term(this.skipSpaces(at), ',');
    return failed(mark) ? mark : parsed(undefined, this.skipBlank(mark.end));
  }

  // --- queries --------------------------------------------------------------------------------------------------

  /** A whole query and nothing after it: for fields with `${! … }` and for tests. */
  query(at: number, environment: Environment): Result<Expression> {
    return this.#nested(at, () => this.#chain(this.skipSpaces(at), environment));
  }

  /** query = [`-` WS*] term { SP* op WS* [`-` WS*] term } */
  #chain(at: number, environment: Environment): Result<Expression> {
    const operands: Expression[] = [];
    const negated: boolean[] = [];
    const operators: Operator[] = [];
    let end = at;
    for (let start = at; ; ) {
      const minus = this.is(start, '-');
      const operand = this.#unary(minus ? this.skipBlank(start + 1) : start, environment);
      if (failed(operand)) return operand;
      operands.push(operand.value);
      negated.push(minus);
      end = operand.end;
      const next = this.skipSpaces(end);
      const operator = OPERATORS.find((candidate) => this.is(next, candidate));
      if (operator === undefined) break;
      operators.push(operator);
      start = this.skipBlank(next + operator.length);
    }
    for (const [index, operand] of operands.entries()) {
      if (negated[index] !== true) continue;
      const node = this.#checked(at, parsed({ kind: 'negate', height: operand.height + 1, operand }, end));
      if (failed(node)) return node;
      operands[index] = node.value;
    }
    const [only] = operands;
    if (operators.length === 0 && only !== undefined) return parsed(only, end);
    return this.#checked(
      at,
      parsed({ kind: 'chain', height: heightOver(...operands), operands, operators }, end),
    );
  }

  /** term = [`!` SP*] primary { `.` WS* tail } */
  #unary(at: number, environment: Environment): Result<Expression> {
    const negated = this.is(at, '!');
    const primary = named(this.#primary(negated ? this.skipSpaces(at + 1) : at, environment), 'query');
    if (failed(primary)) return primary;
    let node = primary.value;
    let end = primary.end;
    while (this.is(end, '.')) {
      const tail = required(this.#tail(this.skipBlank(end + 1), node, environment));
      if (failed(tail)) return tail;
      node = tail.value;
      end = tail.end;
    }
    if (!negated) return parsed(node, end);
    return this.#checked(at, parsed({ kind: 'not', height: heightOver(node), operand: node }, end));
  }

  /** tail = `(` query `)` | name args | name | string */
  #tail(at: number, receiver: Expression, environment: Environment): Result<Expression> {
    const map = this.#mapTail(at, receiver, environment);
    if (!forgivable(map)) return map;
    const method = this.#methodTail(at, receiver, environment);
    if (!forgivable(method)) return method;
    const path = this.#pathTail(at, receiver);
    if (!forgivable(path)) return path;
    return farther(farther(map, method), path);
  }

  #mapTail(at: number, receiver: Expression, environment: Environment): Result<Expression> {
    if (!this.is(at, '(')) return new Failure(at, ['method']);
    const body = this.query(this.skipBlank(at + 1), fresh(environment));
    if (failed(body)) return body;
    const close = this.#closing(body.end, ')');
    if (failed(close)) return close;
    const height = heightOver(receiver, body.value);
    return this.#checked(close.end, parsed({ kind: 'map', height, receiver, body: body.value }, close.end));
  }

  #methodTail(at: number, receiver: Expression, environment: Environment): Result<Expression> {
    const name = this.snakeName(at, 'method');
    if (failed(name)) return name;
    const args = this.#arguments(name.end, environment);
    if (failed(args)) return args;
    const height = heightOver(receiver, ...args.value.map((arg) => arg.value));
    const node = { kind: 'method', height, receiver, name: name.value, args: args.value } as const;
    return this.#checked(args.end, parsed(node, args.end));
  }

  /** Consecutive segments form one node, so that a long path takes linear time, not quadratic. */
  #pathTail(at: number, receiver: Expression): Result<Expression> {
    const first = named(this.#stringOrName(at), 'field path');
    if (failed(first)) return first;
    const segments = [first.value];
    let end = first.end;
    while (this.is(end, '.')) {
      const next = this.skipBlank(end + 1);
      const segment = this.is(next, '(') ? new Failure(next, []) : this.#stringOrName(next);
      if (failed(segment)) break;
      // A name followed by a bracket may be a method; only the caller can decide.
      if (!this.is(next, '"') && this.is(segment.end, '(')) break;
      segments.push(segment.value);
      end = segment.end;
    }
    const node: PathNode = { kind: 'path', height: heightOver(receiver), receiver, segments };
    return this.#checked(end, parsed(node, end));
  }

  /** args = `(` WS* [ arg { SP* `,` WS* arg } ] WS* `)` */
  #arguments(at: number, environment: Environment): Result<readonly Argument[]> {
    const shared = fresh(environment);
    return this.#delimited(
      at,
      '(',
      ['function arguments'],
      (from) => required(this.#argument(from, shared), 'function argument'),
      (from) => required(this.#comma(from), 'comma'),
      ')',
      (result) => required(result, 'closing bracket'),
    );
  }

  /** arg = [ name `:` SP* ] query */
  #argument(at: number, environment: Environment): Result<Argument> {
    const name = this.snakeName(at, 'snake-case');
    if (!failed(name) && this.is(name.end, ':')) {
      const value = required(this.query(this.skipSpaces(name.end + 1), environment), 'argument value');
      return failed(value) ? value : parsed({ name: name.value, value: value.value }, value.end);
    }
    const value = this.query(at, environment);
    return failed(value) ? value : parsed({ name: undefined, value: value.value }, value.end);
  }

  /** primary = match | if | lambda | brackets | literal | function | metadata | variable | reference */
  #primary(at: number, environment: Environment): Result<Expression> {
    let failure: Failure | undefined;
    const readings: readonly (() => Result<Expression>)[] = [
      () => this.#matchExpression(at, environment),
      () => this.#ifExpression(at, environment),
      () => this.#lambda(at, environment),
      () => this.#brackets(at, environment),
      () => this.#literal(at, environment),
      () => this.#call(at, environment),
      () => this.#metadata(at),
      () => this.#variable(at),
      () => this.#reference(at, environment),
    ];
    for (const reading of readings) {
      const result = reading();
      if (!forgivable(result)) return result;
      failure = farther(failure, result);
    }
    return failure ?? new Failure(at, ['query']);
  }

  /** match = `match` SP [query] WS* `{` cases `}` */
  #matchExpression(at: number, environment: Environment): Result<Expression> {
    const space = this.#keyword(at, 'match');
    if (failed(space)) return space;
    const subject = this.query(space.end, fresh(environment));
    if (failed(subject) && subject.fatal !== undefined) return subject;
    const subjectEnd = failed(subject) ? space.end : subject.end;
    const cases = required(
      this.#delimited(
        this.skipBlank(subjectEnd),
        '{',
        ['{'],
        (from) => this.#matchCase(from, environment),
        (from) => this.#caseSeparator(from),
        '}',
      ),
    );
    if (failed(cases)) return cases;
    const subjectNode = failed(subject) ? undefined : subject.value;
    const height = heightOver(subjectNode, ...cases.value.flatMap((one) => [one.test, one.result]));
    return this.#checked(
      at,
      parsed({ kind: 'match', height, subject: subjectNode, cases: cases.value }, cases.end),
    );
  }

  /** SP* (`,` | NL) WS* */
  #caseSeparator(at: number): Result<undefined> {
    const start = this.skipSpaces(at);
    const comma = this.term(start, ',');
    if (!failed(comma)) return parsed(undefined, this.skipBlank(comma.end));
    const line = this.lineBreak(start);
    return failed(line) ? farther(comma, line) : parsed(undefined, this.skipBlank(line.end));
  }

  /** case = (`_` | query) SP? `=>` SP? query */
  #matchCase(at: number, environment: Environment): Result<MatchCaseNode> {
    const test = this.#caseTest(at, environment);
    if (failed(test)) return test;
    const result = this.query(this.skipSpaces(test.end), fresh(environment));
    return failed(result) ? result : parsed({ test: test.value, result: result.value }, result.end);
  }

  #caseTest(at: number, environment: Environment): Result<Expression | undefined> {
    let failure: Failure;
    if (this.is(at, '_')) {
      const arrow = this.term(this.skipSpaces(at + 1), '=>');
      if (!failed(arrow)) return parsed(undefined, arrow.end);
      failure = arrow;
    } else {
      failure = new Failure(at, ['match case']);
    }
    const test = named(this.query(at, fresh(environment)), 'match case');
    if (failed(test)) return test.fatal === undefined ? farther(failure, test) : test;
    const arrow = this.term(this.skipSpaces(test.end), '=>');
    return failed(arrow) ? farther(failure, arrow) : parsed(test.value, arrow.end);
  }

  /** if = `if` SP query WS* `{` WS* query WS* `}` { WS* `else if` … } [ WS* `else` … ] */
  #ifExpression(at: number, environment: Environment): Result<Expression> {
    const space = this.#keyword(at, 'if');
    if (failed(space)) return space;
    const first = this.#branch(space.end, environment);
    if (failed(first)) return first;
    const branches = [first.value];
    let end = first.end;
    for (;;) {
      const next = this.skipBlank(end);
      if (!this.is(next, 'else if')) break;
      const gap = this.spaces(next + 'else if'.length);
      if (failed(gap)) break;
      const branch = this.#branch(gap.end, environment);
      if (failed(branch)) return branch;
      branches.push(branch.value);
      end = branch.end;
    }
    let otherwise: Expression | undefined;
    const next = this.skipBlank(end);
    if (this.is(next, 'else')) {
      const result = this.#inBraces(this.skipBlank(next + 'else'.length), environment);
      if (failed(result)) return result;
      otherwise = result.value;
      end = result.end;
    }
    const height = heightOver(otherwise, ...branches.flatMap((one) => [one.condition, one.result]));
    return this.#checked(at, parsed({ kind: 'if', height, branches, otherwise }, end));
  }

  #branch(
    at: number,
    environment: Environment,
  ): Result<{ readonly condition: Expression; readonly result: Expression }> {
    const condition = required(this.query(at, fresh(environment)));
    if (failed(condition)) return condition;
    const result = this.#inBraces(this.skipBlank(condition.end), environment);
    return failed(result) ? result : parsed({ condition: condition.value, result: result.value }, result.end);
  }

  #inBraces(at: number, environment: Environment): Result<Expression> {
    const open = required(this.term(at, '{'));
    if (failed(open)) return open;
    const inner = required(this.query(this.skipBlank(open.end), fresh(environment)));
    if (failed(inner)) return inner;
    const close = required(this.#closing(inner.end, '}'));
    return failed(close) ? close : parsed(inner.value, close.end);
  }

  /** lambda = (name | `_`) SP `->` SP query */
  #lambda(at: number, environment: Environment): Result<Expression> {
    const start = this.#lambdaStart(at);
    if (failed(start)) return named(start, 'function');
    const name = start.value;
    if (name !== '_') {
      if (isTaken(environment.taken, name)) {
        return fatal(at, `context label \`${name}\` would shadow a parent context`);
      }
      if (name === 'root' || name === 'this') return fatal(at, `context label \`${name}\` is not allowed`);
      environment.taken = { name, outer: environment.taken };
    }
    const inside: Environment = { names: environment.taken, taken: environment.taken };
    const body = required(this.query(start.end, inside));
    if (failed(body)) return body;
    let inner = body.value;
    while (inner.kind === 'brackets') inner = inner.inner;
    if (inner.kind === 'lambda') {
      return fatal(
        at,
        `it would be in poor taste to capture the same context under both '${name}' and '${inner.name}'`,
      );
    }
    return this.#checked(
      at,
      parsed({ kind: 'lambda', height: heightOver(body.value), name, body: body.value }, body.end),
    );
  }

  #lambdaStart(at: number): Result<string> {
    const name = this.name(at, ['context name']);
    if (failed(name)) return name;
    const space = this.spaces(name.end);
    if (failed(space)) return space;
    const arrow = this.term(space.end, '->');
    if (failed(arrow)) return arrow;
    const gap = this.spaces(arrow.end);
    return failed(gap) ? gap : parsed(name.value, gap.end);
  }

  /** brackets = `(` WS* query WS* `)` */
  #brackets(at: number, environment: Environment): Result<Expression> {
    if (!this.is(at, '(')) return new Failure(at, ['function']);
    const inner = this.query(this.skipBlank(at + 1), fresh(environment));
    if (failed(inner)) return inner;
    const close = required(this.#closing(inner.end, ')'), 'closing bracket');
    if (failed(close)) return close;
    return this.#checked(
      at,
      parsed({ kind: 'brackets', height: heightOver(inner.value), inner: inner.value }, close.end),
    );
  }

  /** literal = true | false | number | """raw""" | "string" | null | array | object */
  #literal(at: number, environment: Environment): Result<Expression> {
    const literal = (value: Parsed<LiteralValue>): Result<Expression> =>
      this.#checked(at, parsed({ kind: 'literal', height: 1, value: value.value }, value.end));
    if (this.is(at, 'true')) return literal(parsed(true, at + 4));
    if (this.is(at, 'false')) return literal(parsed(false, at + 5));
    let failure = new Failure(at, ['boolean']);
    for (const reading of [this.number, this.tripleQuoted, this.quoted]) {
      const result = reading.call(this, at);
      if (!failed(result)) return literal(result);
      if (result.fatal !== undefined) return result;
      failure = farther(failure, result);
    }
    if (this.is(at, 'null')) return literal(parsed(null, at + 4));
    const array = this.#array(at, environment);
    if (!forgivable(array)) return array;
    const object = this.#object(at, environment);
    if (!forgivable(object)) return object;
    return farther(farther(farther(failure, new Failure(at, ['null'])), array), object);
  }

  /** array = `[` WS* [ query { SP* `,` WS* query } ] WS* `]` */
  #array(at: number, environment: Environment): Result<Expression> {
    const shared = fresh(environment);
    const elements = this.#delimited(
      at,
      '[',
      ['array'],
      (from) => named(this.query(from, shared), 'object'),
      (from) => this.#comma(from),
      ']',
    );
    if (failed(elements)) return elements;
    const height = heightOver(...elements.value);
    return this.#checked(at, parsed({ kind: 'array', height, elements: elements.value }, elements.end));
  }

  /** object = `{` WS* [ key SP* `:` WS* query { SP* `,` WS* … } ] WS* `}` */
  #object(at: number, environment: Environment): Result<Expression> {
    const shared = fresh(environment);
    const entries = this.#delimited(
      at,
      '{',
      ['object'],
      (from) => this.#entry(from, shared),
      (from) => this.#comma(from),
      '}',
    );
    if (failed(entries)) return entries;
    const height = heightOver(
      ...entries.value.flatMap((entry) => [
        typeof entry.key === 'string' ? undefined : entry.key,
        entry.value,
      ]),
    );
    return this.#checked(at, parsed({ kind: 'object', height, entries: entries.value }, entries.end));
  }

  #entry(at: number, environment: Environment): Result<{ key: string | Expression; value: Expression }> {
    const key = this.#key(at, environment);
    if (failed(key)) return key;
    const colon = this.term(this.skipSpaces(key.end), ':');
    if (failed(colon)) return colon;
    const value = named(this.query(this.skipBlank(colon.end), environment), 'object');
    return failed(value) ? value : parsed({ key: key.value, value: value.value }, value.end);
  }

  #key(at: number, environment: Environment): Result<string | Expression> {
    const quoted = this.quoted(at);
    if (!forgivable(quoted)) return quoted;
    const query = named(this.query(at, environment), 'object');
    if (!forgivable(query)) return query;
    return farther(quoted, query);
  }

  /** function = name args */
  #call(at: number, environment: Environment): Result<Expression> {
    const name = this.snakeName(at, 'function');
    if (failed(name)) return name;
    const args = this.#arguments(name.end, environment);
    if (failed(args)) return args;
    const height = heightOver(...args.value.map((arg) => arg.value));
    return this.#checked(
      args.end,
      parsed({ kind: 'call', height, name: name.value, args: args.value }, args.end),
    );
  }

  /** `@` [ name | string ] */
  #metadata(at: number): Result<Expression> {
    if (!this.is(at, '@')) return new Failure(at, ['metadata path']);
    const key = this.#stringOrName(at + 1);
    if (failed(key) && key.fatal !== undefined) return key;
    const end = failed(key) ? at + 1 : key.end;
    return this.#checked(
      at,
      parsed({ kind: 'metadata', height: 1, key: failed(key) ? undefined : key.value }, end),
    );
  }

  /** `$` name */
  #variable(at: number): Result<Expression> {
    if (!this.is(at, '$')) return new Failure(at, ['variable path']);
    const name = this.name(at + 1, ['variable path']);
    if (failed(name)) return name;
    return this.#checked(at, parsed({ kind: 'variable', height: 1, name: name.value }, name.end));
  }

  /** `this` | `root` | the name of a context | the name of a field of `this` */
  #reference(at: number, environment: Environment): Result<Expression> {
    const result = this.name(at, ['field path']);
    if (failed(result)) return result;
    const name = result.value;
    let origin: 'this' | 'root' | 'named' | 'field' = 'field';
    if (name === 'this' || name === 'root') origin = name;
    else if (isTaken(environment.names, name)) origin = 'named';
    return this.#checked(at, parsed({ kind: 'reference', height: 1, origin, name }, result.end));
  }

  // --- limits ---------------------------------------------------------------------------------------------------

  #nested<T>(at: number, inner: () => Result<T>): Result<T> {
    this.#onWork?.();
    if (this.#depth >= this.#nestingMax) return fatal(at, nestingMessage(this.#nestingMax));
    this.#depth++;
    const result = inner();
    this.#depth--;
    return result;
  }

  #checked(at: number, result: Parsed<Expression>): Result<Expression> {
    if (result.value.height > this.#nestingMax) return fatal(at, nestingMessage(this.#nestingMax));
    const message = this.#check(result.value);
    return message === undefined ? result : fatal(at, message);
  }
}

type LiteralValue = Extract<Expression, { kind: 'literal' }>['value'];

const IMPORTS_LEFT_OUT = 'failed to read import: imports are disabled in this context';

function nestingMessage(max: number): string {
  return `limit nesting: expressions may be nested ${max} deep`;
}
