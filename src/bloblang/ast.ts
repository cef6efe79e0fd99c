// The syntax tree: what the source says, not what it means. The parser builds the tree, the compiler gives it a
// meaning, and the printer turns it back into source. Positions are offsets into the source, for messages.

import type { Value } from './values.ts';

/** An expression that contains others stores its height, because evaluating it takes that much stack. */
interface Node {
  readonly height: number;
}

export type Expression =
  | LiteralNode
  | ArrayNode
  | ObjectNode
  | ReferenceNode
  | VariableNode
  | MetadataNode
  | PathNode
  | CallNode
  | MethodNode
  | MapNode
  | NotNode
  | NegateNode
  | ChainNode
  | BracketsNode
  | LambdaNode
  | MatchNode
  | IfNode;

interface LiteralNode extends Node {
  readonly kind: 'literal';
  readonly value: Value;
}

interface ArrayNode extends Node {
  readonly kind: 'array';
  readonly elements: readonly Expression[];
}

/** A key is a string, or an expression whose value becomes the key. */
interface ObjectNode extends Node {
  readonly kind: 'object';
  readonly entries: readonly { readonly key: string | Expression; readonly value: Expression }[];
}

/** `this`, `root`, a named context, or a bare name that stands for a field of `this`. */
interface ReferenceNode extends Node {
  readonly kind: 'reference';
  readonly origin: 'this' | 'root' | 'named' | 'field';
  readonly name: string;
}

interface VariableNode extends Node {
  readonly kind: 'variable';
  readonly name: string;
}

/** `@key`, `@"any key"`, or `@` for all. */
interface MetadataNode extends Node {
  readonly kind: 'metadata';
  readonly key: string | undefined;
}

export interface PathNode extends Node {
  readonly kind: 'path';
  readonly receiver: Expression;
  readonly segments: readonly string[];
}

export interface Argument {
  readonly name: string | undefined;
  readonly value: Expression;
}

interface CallNode extends Node {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Argument[];
}

interface MethodNode extends Node {
  readonly kind: 'method';
  readonly receiver: Expression;
  readonly name: string;
  readonly args: readonly Argument[];
}

/** `receiver.(body)` */
interface MapNode extends Node {
  readonly kind: 'map';
  readonly receiver: Expression;
  readonly body: Expression;
}

interface NotNode extends Node {
  readonly kind: 'not';
  readonly operand: Expression;
}

interface NegateNode extends Node {
  readonly kind: 'negate';
  readonly operand: Expression;
}

/** The parser tries them in this order, so a longer operator precedes its own prefix (`<=` before `<`). */
export const OPERATORS = [
  '+',
  '-',
  '/',
  '*',
  '%',
  '&&',
  '||',
  '==',
  '!=',
  '>=',
  '<=',
  '>',
  '<',
  '|',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** Operands with operators between them, as written. The compiler applies precedence. */
export interface ChainNode extends Node {
  readonly kind: 'chain';
  readonly operands: readonly Expression[];
  readonly operators: readonly Operator[];
}

interface BracketsNode extends Node {
  readonly kind: 'brackets';
  readonly inner: Expression;
}

interface LambdaNode extends Node {
  readonly kind: 'lambda';
  /** `_` drops the value without a name. */
  readonly name: string;
  readonly body: Expression;
}

export interface MatchCaseNode {
  /** undefined for `_`. */
  readonly test: Expression | undefined;
  readonly result: Expression;
}

export interface MatchNode extends Node {
  readonly kind: 'match';
  readonly subject: Expression | undefined;
  readonly cases: readonly MatchCaseNode[];
}

interface IfNode extends Node {
  readonly kind: 'if';
  readonly branches: readonly { readonly condition: Expression; readonly result: Expression }[];
  readonly otherwise: Expression | undefined;
}

/** The direct subexpressions of an expression. */
function partsOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'reference':
    case 'variable':
    case 'metadata':
      return [];
    case 'array':
      return node.elements;
    case 'object':
      return node.entries.flatMap(({ key, value }) => (typeof key === 'string' ? [value] : [key, value]));
    case 'path':
      return [node.receiver];
    case 'call':
      return node.args.map(({ value }) => value);
    case 'method':
      return [node.receiver, ...node.args.map(({ value }) => value)];
    case 'map':
      return [node.receiver, node.body];
    case 'not':
    case 'negate':
      return [node.operand];
    case 'chain':
      return node.operands;
    case 'brackets':
      return [node.inner];
    case 'lambda':
      return [node.body];
    case 'match':
      return [node.subject, ...node.cases.flatMap(({ test, result }) => [test, result])].filter(
        (part) => part !== undefined,
      );
    case 'if':
      return [
        ...node.branches.flatMap(({ condition, result }) => [condition, result]),
        ...(node.otherwise === undefined ? [] : [node.otherwise]),
      ];
  }
}

/**
 * Counts the expressions in a tree, including its root; each segment of a path counts as one. Caches the sizes in
 * `known`.
 */
export function sizeOf(node: Expression, known: Map<Expression, number>): number {
  let size = known.get(node);
  if (size === undefined) {
    size = node.kind === 'path' ? node.segments.length : 1;
    for (const part of partsOf(node)) size += sizeOf(part, known);
    known.set(node, size);
  }
  return size;
}

export function sizeOfStatements(statements: readonly Statement[], known: Map<Expression, number>): number {
  let size = 0;
  for (const statement of statements) {
    if (statement.kind !== 'if-statement') {
      size += sizeOf(statement.value, known) + (statement.kind === 'assign' ? statement.path.length : 1);
      continue;
    }
    for (const { condition, body } of statement.branches) {
      size += (condition === undefined ? 0 : sizeOf(condition, known)) + sizeOfStatements(body, known);
    }
  }
  return size;
}

export type Statement = LetStatement | MetaStatement | AssignStatement | IfStatement;

interface StatementNode {
  /** Offset of the statement in the source. */
  readonly at: number;
}

interface LetStatement extends StatementNode {
  readonly kind: 'let';
  readonly name: string;
  readonly value: Expression;
}

interface MetaStatement extends StatementNode {
  readonly kind: 'meta';
  /** undefined replaces all metadata. */
  readonly key: string | undefined;
  readonly value: Expression;
}

interface AssignStatement extends StatementNode {
  readonly kind: 'assign';
  /** Without the leading `root`; empty for root itself. */
  readonly path: readonly string[];
  readonly value: Expression;
}

interface IfStatement extends StatementNode {
  readonly kind: 'if-statement';
  /** The last branch has no condition if there is an `else`. */
  readonly branches: readonly {
    readonly condition: Expression | undefined;
    readonly body: readonly Statement[];
  }[];
}

export interface MapDefinition {
  readonly name: string;
  readonly at: number;
  readonly body: readonly Statement[];
}

export interface Mapping {
  readonly maps: readonly MapDefinition[];
  readonly statements: readonly Statement[];
}
