// The diagnostics that an author reads when a mapping does not compile.

export interface Diagnostic {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters (code points), not in UTF-16 units. */
  readonly column: number;
  /** What is wrong and what was expected. */
  readonly message: string;
  /** `line L char C: message` */
  readonly text: string;
  /** The source line with a caret under the place. */
  readonly excerpt: string;
}

/** Generated mappings have lines wider than a terminal. The part around the caret is enough. */
const EXCERPT_WIDTH = 120;

export function diagnosticAt(source: string, offset: number, message: string): Diagnostic {
  const before = source.slice(0, offset);
  const line = before.split('\n').length;
  const lineStart = before.lastIndexOf('\n') + 1;
  const lineEnd = source.indexOf('\n', offset);
  const column = [...before.slice(lineStart)].length + 1;
  const characters = [...source.slice(lineStart, lineEnd === -1 ? undefined : lineEnd)];
  const from = Math.max(0, column - EXCERPT_WIDTH / 2);
  const shown = characters
    .slice(from, from + EXCERPT_WIDTH)
    .join('')
    .replaceAll('\t', ' ');
  const gutter = `${line} | `;
  const excerpt = `${gutter}${shown}\n${' '.repeat(gutter.length + column - 1 - from)}^`;
  return { line, column, message, text: `line ${line} char ${column}: ${message}`, excerpt };
}

/** Maps offsets to lines. It finds the line starts once, so that the mapping is not rescanned for each statement. */
export class Lines {
  readonly #starts: readonly number[];

  constructor(source: string) {
    const starts = [0];
    for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  /** From 1. */
  of(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

/** `a`, `a or b`, `a, b, or c`, without repetitions. */
function listExpected(expected: readonly string[]): string {
  const names = [...new Set(expected)];
  const last = names.pop() ?? '';
  if (names.length === 0) return last;
  const [first = '', ...rest] = names;
  const list = [first, ...rest].join(', ');
  return names.length > 1 ? `${list}, or ${last}` : `${list} or ${last}`;
}

/** `required: expected a or b`, `expected a`, or the message of a fatal failure. */
export function failureMessage(failure: {
  readonly expected: readonly string[];
  readonly fatal: string | undefined;
}): string {
  const expected = failure.expected.length === 0 ? [] : [`expected ${listExpected(failure.expected)}`];
  const reasons = failure.fatal === undefined ? expected : [failure.fatal, ...expected];
  return reasons.length === 0 ? 'encountered unexpected input' : reasons.join(': ');
}
