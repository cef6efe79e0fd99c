// The parser: one function a production, ordered choice as the language defines it.
//
// Which message a mistake gets is part of the language (SPEC §4): every reading that fails says how far it came, the one that came
// farthest is reported, and a reading that is certain ("required") stops all others. A node is handed to `check` as soon as it is
// complete, because a wrong argument on line 1 is reported before a missing bracket on line 2.
//
// Longer than most files: the productions call one another in a circle.

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
  farther,
  fatal,
  named,
  type Parsed,
  parsed,
  type Result,
  required,
  Scanner,
} from './scanner.ts';

/** What the parser asks about a complete node; undefined if all is well. */
type Check = (node: Expression) => string | undefined;

interface ParserOptions {
  readonly check: Check;
  readonly nestingMax: number;
  /** Elements of one literal, statements of one block: counted against the whole source anyway, kept for tests of linearity. */
  readonly onWork?: () => void;
}

/** The names of lambdas around the place being parsed. */
interface Names {
  readonly name: string;
  readonly outer: Names | undefined;
}

/** What names mean here. One environment is shared by the elements of one list, because there a lambda's name stays taken (a quirk). */
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
  private readonly check: Check;
  private readonly nestingMax: number;
  private readonly onWork: (() => void) | undefined;
  private depth = 0;

  constructor(source: string, options: ParserOptions) {
    super(source);
    this.check = options.check;
    this.nestingMax = options.nestingMax;
    this.onWork = options.onWork;
  }

  // --- mappings and statements ----------------------------------------------------------------------------------

  /** mapping = statements | query | `from` string */
  mapping(): Result<Mapping> {
    const direct = this.directImport();
    if (direct !== undefined) return direct;
    if (this.skipBlank(0) >= this.length) {
      return new Failure(this.skipFinishedLines(0), ['import', 'map', 'assignment']);
    }
    const statements = this.statements();
    if (!(statements instanceof Failure)) return statements;
    if (statements.fatal !== undefined) return statements;
    const shorthand = this.shorthand();
    if (!(shorthand instanceof Failure)) return shorthand;
    return shorthand.at > statements.at ? shorthand : statements;
  }

  /** `from` SP string: left out on purpose, like `import`. */
  private directImport(): Failure | undefined {
    const start = this.skipBlank(0);
    if (!this.is(start, 'from')) return undefined;
    const space = this.spaces(start + 4);
    if (space instanceof Failure) return undefined;
    const path = this.quoted(space.end);
    if (path instanceof Failure) return path.fatal === undefined ? undefined : path;
    return fatal(0, IMPORTS_LEFT_OUT);
  }

  private statements(): Result<Mapping> {
    const maps: MapDefinition[] = [];
    const statements: Statement[] = [];
    let at = this.skipBlank(0);
    for (;;) {
      const result = this.topStatement(at, maps);
      if (result instanceof Failure) return result;
      if (result.value !== undefined) statements.push(result.value);
      at = this.skipSpaces(result.end);
      if (at >= this.length) break;
      const line = this.lineBreak(at);
      if (line instanceof Failure) return line;
      at = this.skipBlank(line.end);
      if (at >= this.length) break;
    }
    return parsed({ maps, statements }, at);
  }

  /** A lone query is short for `root = query`. */
  private shorthand(): Result<Mapping> {
    const start = this.skipBlank(0);
    const query = this.query(start, emptyEnvironment());
    if (query instanceof Failure) return query;
    const end = this.skipBlank(query.end);
    if (end < this.length) {
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
  private topStatement(at: number, maps: MapDefinition[]): Result<Statement | undefined> {
    this.onWork?.();
    const imported = this.importStatement(at);
    if (imported.fatal !== undefined) return imported;
    const map = this.mapDefinition(at);
    if (!(map instanceof Failure)) {
      if (maps.some((other) => other.name === map.value.name)) {
        return fatal(at, `map name collision: ${map.value.name}`);
      }
      maps.push(map.value);
      return parsed(undefined, map.end);
    }
    if (map.fatal !== undefined) return map;
    return this.statement(at, true, farther(imported, map));
  }

  private importStatement(at: number): Failure {
    const word = this.term(at, 'import');
    if (word instanceof Failure) return word;
    const space = this.spaces(word.end);
    if (space instanceof Failure) return space;
    const path = required(this.quoted(space.end), 'filepath');
    return path instanceof Failure ? path : fatal(at, IMPORTS_LEFT_OUT);
  }

  /** map = `map` SP (name | string) SP block, without meta, map and import inside */
  private mapDefinition(at: number): Result<MapDefinition> {
    const word = this.term(at, 'map');
    if (word instanceof Failure) return word;
    const space = this.spaces(word.end);
    if (space instanceof Failure) return space;
    const name = required(this.stringOrName(space.end), 'map name');
    if (name instanceof Failure) return name;
    const gap = this.spaces(name.end);
    if (gap instanceof Failure) return gap;
    const body = this.block(gap.end, false);
    return body instanceof Failure ? body : parsed({ name: name.value, at, body: body.value }, body.end);
  }

  /** statement = let | meta | assign | if */
  private statement(at: number, metaAllowed: boolean, before?: Failure): Result<Statement> {
    this.onWork?.();
    let failure = before;
    const readings: readonly ((at: number) => Result<Statement>)[] = [
      (from) => this.letStatement(from),
      (from) => this.metaStatement(from, metaAllowed),
      (from) => this.assignStatement(from),
      (from) => this.ifStatement(from),
    ];
    for (const reading of readings) {
      const result = reading(at);
      if (!(result instanceof Failure) || result.fatal !== undefined) return result;
      failure = farther(failure, result);
    }
    return failure ?? new Failure(at, ['assignment']);
  }

  /** block = `{` WS* [ statement { SP* NL WS* statement } ] WS* `}` */
  private block(at: number, metaAllowed: boolean): Result<readonly Statement[]> {
    return this.delimited(
      at,
      '{',
      ['{'],
      (from) => this.statement(from, metaAllowed),
      (from) => {
        const line = this.lineBreak(this.skipSpaces(from));
        return line instanceof Failure ? line : parsed(undefined, this.skipBlank(line.end));
      },
      '}',
    );
  }

  /** let = `let` SP (string | name) SP `=` SP query */
  private letStatement(at: number): Result<Statement> {
    const word = named(this.term(at, 'let'), 'assignment');
    if (word instanceof Failure) return word;
    const space = this.spaces(word.end);
    if (space instanceof Failure) return space;
    const name = required(this.stringOrName(space.end), 'variable name');
    if (name instanceof Failure) return name;
    const gap = this.spaces(name.end);
    if (gap instanceof Failure) return gap;
    const value = this.assigned(gap.end);
    return value instanceof Failure
      ? value
      : parsed({ kind: 'let', at, name: name.value, value: value.value }, value.end);
  }

  /** meta = `meta` SP [ string | name ] SP? `=` SP query */
  private metaStatement(at: number, allowed: boolean): Result<Statement> {
    const word = named(this.term(at, 'meta'), 'assignment');
    if (word instanceof Failure) return word;
    const space = this.spaces(word.end);
    if (space instanceof Failure) return space;
    const key = this.stringOrName(space.end);
    if (key instanceof Failure && key.fatal !== undefined) return key;
    const keyEnd = key instanceof Failure ? space.end : key.end;
    const value = this.assigned(this.skipSpaces(keyEnd));
    if (value instanceof Failure) return value;
    if (!allowed) return fatal(at, 'setting meta fields is not allowed within this block');
    return parsed(
      { kind: 'meta', at, key: key instanceof Failure ? undefined : key.value, value: value.value },
      value.end,
    );
  }

  /** assign = target SP `=` SP query */
  private assignStatement(at: number): Result<Statement> {
    const target = this.target(at);
    if (target instanceof Failure) return target;
    const gap = this.spaces(target.end);
    if (gap instanceof Failure) return gap;
    const value = this.assigned(gap.end);
    if (value instanceof Failure) return value;
    const path = target.value[0] === 'root' ? target.value.slice(1) : target.value;
    return parsed({ kind: 'assign', at, path, value: value.value }, value.end);
  }

  /** target = name { `.` (string | name) } */
  private target(at: number): Result<readonly string[]> {
    const first = this.name(at, ['assignment']);
    if (first instanceof Failure) return first;
    const path = [first.value];
    let end = first.end;
    while (this.is(end, '.')) {
      const segment = named(this.stringOrName(end + 1), 'target path');
      if (segment instanceof Failure) {
        if (segment.fatal !== undefined) return segment;
        // The dots as a whole are optional, so the target ends before the first of them.
        return parsed([first.value], first.end);
      }
      path.push(segment.value);
      end = segment.end;
    }
    return parsed(path, end);
  }

  /** `=` SP query */
  private assigned(at: number): Result<Expression> {
    const equals = this.term(at, '=');
    if (equals instanceof Failure) return equals;
    const space = this.spaces(equals.end);
    return space instanceof Failure ? space : this.query(space.end, emptyEnvironment());
  }

  /** if = `if` SP query WS* block { WS* `else if` SP query WS* block } [ WS* `else` WS* block ] */
  private ifStatement(at: number): Result<Statement> {
    return this.nested(at, () => {
      const word = named(this.term(at, 'if'), 'assignment');
      if (word instanceof Failure) return word;
      const first = this.conditionAndBlock(word.end);
      if (first instanceof Failure) return first;
      const branches: { condition: Expression | undefined; body: readonly Statement[] }[] = [first.value];
      let end = first.end;
      for (;;) {
        const next = this.skipBlank(end);
        if (!this.is(next, 'else if')) break;
        const branch = this.conditionAndBlock(next + 'else if'.length);
        if (branch instanceof Failure) {
          if (branch.fatal !== undefined) return branch;
          break;
        }
        branches.push(branch.value);
        end = branch.end;
      }
      const next = this.skipBlank(end);
      if (this.is(next, 'else')) {
        const body = this.block(this.skipBlank(next + 'else'.length), true);
        if (body instanceof Failure && body.fatal !== undefined) return body;
        if (!(body instanceof Failure)) {
          branches.push({ condition: undefined, body: body.value });
          end = body.end;
        }
      }
      return parsed({ kind: 'if-statement', at, branches }, end);
    });
  }

  private conditionAndBlock(
    at: number,
  ): Result<{ condition: Expression | undefined; body: readonly Statement[] }> {
    const space = this.spaces(at);
    if (space instanceof Failure) return space;
    const condition = required(this.query(space.end, emptyEnvironment()));
    if (condition instanceof Failure) return condition;
    const body = this.block(this.skipBlank(condition.end), true);
    return body instanceof Failure
      ? body
      : parsed({ condition: condition.value, body: body.value }, body.end);
  }

  private stringOrName(at: number): Result<string> {
    return this.is(at, '"') ? this.quoted(at) : this.name(at, ['quoted string']);
  }

  // --- lists ----------------------------------------------------------------------------------------------------

  /**
   * open [ element { separator element } ] close, where a separator may also stand before the close. An element that fails is
   * forgiven only if the close stands in its place.
   */
  private delimited<T>(
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
      this.onWork?.();
      const result = element(end);
      if (result instanceof Failure) {
        const stop = closed(this.closing(end, close));
        return stop instanceof Failure ? result : parsed(elements, stop.end);
      }
      elements.push(result.value);
      const next = separator(result.end);
      if (next instanceof Failure) {
        const stop = closed(this.closing(result.end, close));
        if (!(stop instanceof Failure)) return parsed(elements, stop.end);
        return new Failure(next.at, [...next.expected, ...stop.expected], next.fatal ?? stop.fatal);
      }
      end = next.end;
    }
  }

  private closing(at: number, close: string): Result<string> {
    return this.term(this.skipBlank(at), close);
  }

  /** SP* `,` WS* */
  private comma(at: number): Result<undefined> {
    const mark = this.term(this.skipSpaces(at), ',');
    return mark instanceof Failure ? mark : parsed(undefined, this.skipBlank(mark.end));
  }

  // --- queries --------------------------------------------------------------------------------------------------

  /** A whole query and nothing after it: for fields with `${! … }` and for tests. */
  query(at: number, environment: Environment): Result<Expression> {
    return this.nested(at, () => this.chain(this.skipSpaces(at), environment));
  }

  /** query = [`-` WS*] term { SP* op WS* [`-` WS*] term } */
  private chain(at: number, environment: Environment): Result<Expression> {
    const operands: Expression[] = [];
    const negated: boolean[] = [];
    const operators: Operator[] = [];
    let end = at;
    for (let start = at; ; ) {
      const minus = this.is(start, '-');
      const operand = this.unary(minus ? this.skipBlank(start + 1) : start, environment);
      if (operand instanceof Failure) return operand;
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
      const node = this.checked(at, parsed({ kind: 'negate', height: operand.height + 1, operand }, end));
      if (node instanceof Failure) return node;
      operands[index] = node.value;
    }
    const [only] = operands;
    if (operators.length === 0 && only !== undefined) return parsed(only, end);
    return this.checked(
      at,
      parsed({ kind: 'chain', height: heightOver(...operands), operands, operators }, end),
    );
  }

  /** term = [`!` SP*] primary { `.` WS* tail } */
  private unary(at: number, environment: Environment): Result<Expression> {
    const negated = this.is(at, '!');
    const primary = named(this.primary(negated ? this.skipSpaces(at + 1) : at, environment), 'query');
    if (primary instanceof Failure) return primary;
    let node = primary.value;
    let end = primary.end;
    while (this.is(end, '.')) {
      const tail = required(this.tail(this.skipBlank(end + 1), node, environment));
      if (tail instanceof Failure) return tail;
      node = tail.value;
      end = tail.end;
    }
    if (!negated) return parsed(node, end);
    return this.checked(at, parsed({ kind: 'not', height: heightOver(node), operand: node }, end));
  }

  /** tail = `(` query `)` | name args | name | string */
  private tail(at: number, receiver: Expression, environment: Environment): Result<Expression> {
    const map = this.mapTail(at, receiver, environment);
    if (!(map instanceof Failure) || map.fatal !== undefined) return map;
    const method = this.methodTail(at, receiver, environment);
    if (!(method instanceof Failure) || method.fatal !== undefined) return method;
    const path = this.pathTail(at, receiver);
    if (!(path instanceof Failure) || path.fatal !== undefined) return path;
    return farther(farther(map, method), path);
  }

  private mapTail(at: number, receiver: Expression, environment: Environment): Result<Expression> {
    if (!this.is(at, '(')) return new Failure(at, ['method']);
    const body = this.query(this.skipBlank(at + 1), fresh(environment));
    if (body instanceof Failure) return body;
    const close = this.closing(body.end, ')');
    if (close instanceof Failure) return close;
    const height = heightOver(receiver, body.value);
    return this.checked(close.end, parsed({ kind: 'map', height, receiver, body: body.value }, close.end));
  }

  private methodTail(at: number, receiver: Expression, environment: Environment): Result<Expression> {
    const name = this.snakeName(at, 'method');
    if (name instanceof Failure) return name;
    const args = this.arguments(name.end, environment);
    if (args instanceof Failure) return args;
    const height = heightOver(receiver, ...args.value.map((arg) => arg.value));
    const node = { kind: 'method', height, receiver, name: name.value, args: args.value } as const;
    return this.checked(args.end, parsed(node, args.end));
  }

  /** Runs of segments are one node, so that a long path costs its length and not its square. */
  private pathTail(at: number, receiver: Expression): Result<Expression> {
    const first = named(this.stringOrName(at), 'field path');
    if (first instanceof Failure) return first;
    const segments = [first.value];
    let end = first.end;
    while (this.is(end, '.')) {
      const next = this.skipBlank(end + 1);
      const segment = this.is(next, '(') ? new Failure(next, []) : this.stringOrName(next);
      if (segment instanceof Failure) break;
      // A name with a bracket behind it may be a method, which only the caller can tell.
      if (!this.is(next, '"') && this.is(segment.end, '(')) break;
      segments.push(segment.value);
      end = segment.end;
    }
    const node: PathNode = { kind: 'path', height: heightOver(receiver), receiver, segments };
    return this.checked(end, parsed(node, end));
  }

  /** args = `(` WS* [ arg { SP* `,` WS* arg } ] WS* `)` */
  private arguments(at: number, environment: Environment): Result<readonly Argument[]> {
    const shared = fresh(environment);
    return this.delimited(
      at,
      '(',
      ['function arguments'],
      (from) => required(this.argument(from, shared), 'function argument'),
      (from) => required(this.comma(from), 'comma'),
      ')',
      (result) => required(result, 'closing bracket'),
    );
  }

  /** arg = [ name `:` SP* ] query */
  private argument(at: number, environment: Environment): Result<Argument> {
    const name = this.snakeName(at, 'snake-case');
    if (!(name instanceof Failure) && this.is(name.end, ':')) {
      const value = required(this.query(this.skipSpaces(name.end + 1), environment), 'argument value');
      return value instanceof Failure ? value : parsed({ name: name.value, value: value.value }, value.end);
    }
    const value = this.query(at, environment);
    return value instanceof Failure ? value : parsed({ name: undefined, value: value.value }, value.end);
  }

  /** primary = match | if | lambda | brackets | literal | function | metadata | variable | reference */
  private primary(at: number, environment: Environment): Result<Expression> {
    let failure: Failure | undefined;
    const readings: readonly (() => Result<Expression>)[] = [
      () => this.matchExpression(at, environment),
      () => this.ifExpression(at, environment),
      () => this.lambda(at, environment),
      () => this.brackets(at, environment),
      () => this.literal(at, environment),
      () => this.call(at, environment),
      () => this.metadata(at),
      () => this.variable(at),
      () => this.reference(at, environment),
    ];
    for (const reading of readings) {
      const result = reading();
      if (!(result instanceof Failure) || result.fatal !== undefined) return result;
      failure = farther(failure, result);
    }
    return failure ?? new Failure(at, ['query']);
  }

  /** match = `match` SP [query] WS* `{` cases `}` */
  private matchExpression(at: number, environment: Environment): Result<Expression> {
    const word = this.term(at, 'match');
    if (word instanceof Failure) return word;
    const space = this.spaces(word.end);
    if (space instanceof Failure) return space;
    const subject = this.query(space.end, fresh(environment));
    if (subject instanceof Failure && subject.fatal !== undefined) return subject;
    const subjectEnd = subject instanceof Failure ? space.end : subject.end;
    const cases = required(
      this.delimited(
        this.skipBlank(subjectEnd),
        '{',
        ['{'],
        (from) => this.matchCase(from, environment),
        (from) => this.caseSeparator(from),
        '}',
      ),
    );
    if (cases instanceof Failure) return cases;
    const subjectNode = subject instanceof Failure ? undefined : subject.value;
    const height = heightOver(subjectNode, ...cases.value.flatMap((one) => [one.test, one.result]));
    return this.checked(
      at,
      parsed({ kind: 'match', height, subject: subjectNode, cases: cases.value }, cases.end),
    );
  }

  /** SP* (`,` | NL) WS* */
  private caseSeparator(at: number): Result<undefined> {
    const start = this.skipSpaces(at);
    const comma = this.term(start, ',');
    if (!(comma instanceof Failure)) return parsed(undefined, this.skipBlank(comma.end));
    const line = this.lineBreak(start);
    return line instanceof Failure ? farther(comma, line) : parsed(undefined, this.skipBlank(line.end));
  }

  /** case = (`_` | query) SP? `=>` SP? query */
  private matchCase(at: number, environment: Environment): Result<MatchCaseNode> {
    const test = this.caseTest(at, environment);
    if (test instanceof Failure) return test;
    const result = this.query(this.skipSpaces(test.end), fresh(environment));
    return result instanceof Failure
      ? result
      : parsed({ test: test.value, result: result.value }, result.end);
  }

  private caseTest(at: number, environment: Environment): Result<Expression | undefined> {
    let failure: Failure;
    if (this.is(at, '_')) {
      const arrow = this.term(this.skipSpaces(at + 1), '=>');
      if (!(arrow instanceof Failure)) return parsed(undefined, arrow.end);
      failure = arrow;
    } else {
      failure = new Failure(at, ['match case']);
    }
    const test = named(this.query(at, fresh(environment)), 'match case');
    if (test instanceof Failure) return test.fatal === undefined ? farther(failure, test) : test;
    const arrow = this.term(this.skipSpaces(test.end), '=>');
    return arrow instanceof Failure ? farther(failure, arrow) : parsed(test.value, arrow.end);
  }

  /** if = `if` SP query WS* `{` WS* query WS* `}` { WS* `else if` … } [ WS* `else` … ] */
  private ifExpression(at: number, environment: Environment): Result<Expression> {
    const word = this.term(at, 'if');
    if (word instanceof Failure) return word;
    const space = this.spaces(word.end);
    if (space instanceof Failure) return space;
    const first = this.branch(space.end, environment);
    if (first instanceof Failure) return first;
    const branches = [first.value];
    let end = first.end;
    for (;;) {
      const next = this.skipBlank(end);
      if (!this.is(next, 'else if')) break;
      const gap = this.spaces(next + 'else if'.length);
      if (gap instanceof Failure) break;
      const branch = this.branch(gap.end, environment);
      if (branch instanceof Failure) return branch;
      branches.push(branch.value);
      end = branch.end;
    }
    let otherwise: Expression | undefined;
    const next = this.skipBlank(end);
    if (this.is(next, 'else')) {
      const result = this.inBraces(this.skipBlank(next + 'else'.length), environment);
      if (result instanceof Failure) return result;
      otherwise = result.value;
      end = result.end;
    }
    const height = heightOver(otherwise, ...branches.flatMap((one) => [one.condition, one.result]));
    return this.checked(at, parsed({ kind: 'if', height, branches, otherwise }, end));
  }

  private branch(
    at: number,
    environment: Environment,
  ): Result<{ readonly condition: Expression; readonly result: Expression }> {
    const condition = required(this.query(at, fresh(environment)));
    if (condition instanceof Failure) return condition;
    const result = this.inBraces(this.skipBlank(condition.end), environment);
    return result instanceof Failure
      ? result
      : parsed({ condition: condition.value, result: result.value }, result.end);
  }

  private inBraces(at: number, environment: Environment): Result<Expression> {
    const open = required(this.term(at, '{'));
    if (open instanceof Failure) return open;
    const inner = required(this.query(this.skipBlank(open.end), fresh(environment)));
    if (inner instanceof Failure) return inner;
    const close = required(this.closing(inner.end, '}'));
    return close instanceof Failure ? close : parsed(inner.value, close.end);
  }

  /** lambda = (name | `_`) SP `->` SP query */
  private lambda(at: number, environment: Environment): Result<Expression> {
    const start = this.lambdaStart(at);
    if (start instanceof Failure) return named(start, 'function');
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
    if (body instanceof Failure) return body;
    let inner = body.value;
    while (inner.kind === 'brackets') inner = inner.inner;
    if (inner.kind === 'lambda') {
      return fatal(
        at,
        `it would be in poor taste to capture the same context under both '${name}' and '${inner.name}'`,
      );
    }
    return this.checked(
      at,
      parsed({ kind: 'lambda', height: heightOver(body.value), name, body: body.value }, body.end),
    );
  }

  private lambdaStart(at: number): Result<string> {
    const name = this.name(at, ['context name']);
    if (name instanceof Failure) return name;
    const space = this.spaces(name.end);
    if (space instanceof Failure) return space;
    const arrow = this.term(space.end, '->');
    if (arrow instanceof Failure) return arrow;
    const gap = this.spaces(arrow.end);
    return gap instanceof Failure ? gap : parsed(name.value, gap.end);
  }

  /** brackets = `(` WS* query WS* `)` */
  private brackets(at: number, environment: Environment): Result<Expression> {
    if (!this.is(at, '(')) return new Failure(at, ['function']);
    const inner = this.query(this.skipBlank(at + 1), fresh(environment));
    if (inner instanceof Failure) return inner;
    const close = required(this.closing(inner.end, ')'), 'closing bracket');
    if (close instanceof Failure) return close;
    return this.checked(
      at,
      parsed({ kind: 'brackets', height: heightOver(inner.value), inner: inner.value }, close.end),
    );
  }

  /** literal = true | false | number | """raw""" | "string" | null | array | object */
  private literal(at: number, environment: Environment): Result<Expression> {
    const literal = (value: Parsed<LiteralValue>): Result<Expression> =>
      this.checked(at, parsed({ kind: 'literal', height: 1, value: value.value }, value.end));
    if (this.is(at, 'true')) return literal(parsed(true, at + 4));
    if (this.is(at, 'false')) return literal(parsed(false, at + 5));
    let failure = new Failure(at, ['boolean']);
    for (const reading of [this.number, this.tripleQuoted, this.quoted]) {
      const result = reading.call(this, at);
      if (!(result instanceof Failure)) return literal(result);
      if (result.fatal !== undefined) return result;
      failure = farther(failure, result);
    }
    if (this.is(at, 'null')) return literal(parsed(null, at + 4));
    const array = this.array(at, environment);
    if (!(array instanceof Failure) || array.fatal !== undefined) return array;
    const object = this.object(at, environment);
    if (!(object instanceof Failure) || object.fatal !== undefined) return object;
    return farther(farther(farther(failure, new Failure(at, ['null'])), array), object);
  }

  /** array = `[` WS* [ query { SP* `,` WS* query } ] WS* `]` */
  private array(at: number, environment: Environment): Result<Expression> {
    const shared = fresh(environment);
    const elements = this.delimited(
      at,
      '[',
      ['array'],
      (from) => named(this.query(from, shared), 'object'),
      (from) => this.comma(from),
      ']',
    );
    if (elements instanceof Failure) return elements;
    const height = heightOver(...elements.value);
    return this.checked(at, parsed({ kind: 'array', height, elements: elements.value }, elements.end));
  }

  /** object = `{` WS* [ key SP* `:` WS* query { SP* `,` WS* … } ] WS* `}` */
  private object(at: number, environment: Environment): Result<Expression> {
    const shared = fresh(environment);
    const entries = this.delimited(
      at,
      '{',
      ['object'],
      (from) => this.entry(from, shared),
      (from) => this.comma(from),
      '}',
    );
    if (entries instanceof Failure) return entries;
    const height = heightOver(
      ...entries.value.flatMap((entry) => [
        typeof entry.key === 'string' ? undefined : entry.key,
        entry.value,
      ]),
    );
    return this.checked(at, parsed({ kind: 'object', height, entries: entries.value }, entries.end));
  }

  private entry(
    at: number,
    environment: Environment,
  ): Result<{ key: string | Expression; value: Expression }> {
    const key = this.key(at, environment);
    if (key instanceof Failure) return key;
    const colon = this.term(this.skipSpaces(key.end), ':');
    if (colon instanceof Failure) return colon;
    const value = named(this.query(this.skipBlank(colon.end), environment), 'object');
    return value instanceof Failure ? value : parsed({ key: key.value, value: value.value }, value.end);
  }

  private key(at: number, environment: Environment): Result<string | Expression> {
    const quoted = this.quoted(at);
    if (!(quoted instanceof Failure) || quoted.fatal !== undefined) return quoted;
    const query = named(this.query(at, environment), 'object');
    if (!(query instanceof Failure) || query.fatal !== undefined) return query;
    return farther(quoted, query);
  }

  /** function = name args */
  private call(at: number, environment: Environment): Result<Expression> {
    const name = this.snakeName(at, 'function');
    if (name instanceof Failure) return name;
    const args = this.arguments(name.end, environment);
    if (args instanceof Failure) return args;
    const height = heightOver(...args.value.map((arg) => arg.value));
    return this.checked(
      args.end,
      parsed({ kind: 'call', height, name: name.value, args: args.value }, args.end),
    );
  }

  /** `@` [ name | string ] */
  private metadata(at: number): Result<Expression> {
    if (!this.is(at, '@')) return new Failure(at, ['metadata path']);
    const key = this.stringOrName(at + 1);
    if (key instanceof Failure && key.fatal !== undefined) return key;
    const end = key instanceof Failure ? at + 1 : key.end;
    return this.checked(
      at,
      parsed({ kind: 'metadata', height: 1, key: key instanceof Failure ? undefined : key.value }, end),
    );
  }

  /** `$` name */
  private variable(at: number): Result<Expression> {
    if (!this.is(at, '$')) return new Failure(at, ['variable path']);
    const name = this.name(at + 1, ['variable path']);
    if (name instanceof Failure) return name;
    return this.checked(at, parsed({ kind: 'variable', height: 1, name: name.value }, name.end));
  }

  /** `this` | `root` | the name of a context | the name of a field of `this` */
  private reference(at: number, environment: Environment): Result<Expression> {
    const result = this.name(at, ['field path']);
    if (result instanceof Failure) return result;
    const name = result.value;
    let origin: 'this' | 'root' | 'named' | 'field' = 'field';
    if (name === 'this' || name === 'root') origin = name;
    else if (isTaken(environment.names, name)) origin = 'named';
    return this.checked(at, parsed({ kind: 'reference', height: 1, origin, name }, result.end));
  }

  // --- bounds ---------------------------------------------------------------------------------------------------

  private nested<T>(at: number, inner: () => Result<T>): Result<T> {
    this.onWork?.();
    if (this.depth >= this.nestingMax) return fatal(at, nestingMessage(this.nestingMax));
    this.depth++;
    const result = inner();
    this.depth--;
    return result;
  }

  private checked(at: number, result: Parsed<Expression>): Result<Expression> {
    if (result.value.height > this.nestingMax) return fatal(at, nestingMessage(this.nestingMax));
    const message = this.check(result.value);
    return message === undefined ? result : fatal(at, message);
  }
}

type LiteralValue = Extract<Expression, { kind: 'literal' }>['value'];

const IMPORTS_LEFT_OUT = 'failed to read import: imports are disabled in this context';

function nestingMessage(max: number): string {
  return `limit nesting: expressions may be nested ${max} deep`;
}
