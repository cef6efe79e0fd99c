// The compiled form of an expression.

import type { Evaluate, Query } from './runtime.ts';
import type { Value } from './values.ts';

/** A path that starts at `this`, `root`, a named context or another expression. The compiler may still append segments to it. */
export interface PathParts {
  /** undefined for paths on other expressions. */
  readonly origin: string | undefined;
  readonly segments: readonly string[];
  readonly make: (segments: readonly string[]) => Evaluate;
}

export interface Compiled extends Query {
  readonly path: PathParts | undefined;
}

export function dynamic(evaluate: Evaluate, annotation: string): Compiled {
  return { evaluate, annotation, literal: undefined, path: undefined, steps: 1 };
}

export function constant(value: Value, annotation: string): Compiled {
  return { evaluate: () => value, annotation, literal: value, path: undefined, steps: 1 };
}
