/** CloudWatch's metric math, as far as the stack uses it: numbers, names, `+ - * /`, `>=`, `>` and `IF`. */
export type Values = ReadonlyMap<string, number>;

const TOKEN = /\s*(>=|[>+\-*/(),]|\d+(?:\.\d+)?|[A-Za-z_]\w*)/y;

/** The value of an expression at one moment; undefined if one of its metrics has no value, or if it divides by 0. */
export function evaluateMath(expression: string, values: Values): number | undefined {
  const tokens = tokenize(expression);
  let at = 0;
  const take = () => tokens[at++];
  const expect = (token: string) => {
    const found = take();
    if (found !== token) {
      throw new Error(`expected ${token} in ${expression}, found ${found ?? 'its end'}`);
    }
  };

  function comparison(): number | undefined {
    const left = sum();
    const operator = tokens[at];
    if (operator !== '>=' && operator !== '>') return left;
    at += 1;
    const right = sum();
    if (left === undefined || right === undefined) return undefined;
    return (operator === '>' ? left > right : left >= right) ? 1 : 0;
  }
  function sum(): number | undefined {
    let left = product();
    while (tokens[at] === '+' || tokens[at] === '-') {
      const sign = take() === '+' ? 1 : -1;
      const right = product();
      left = left === undefined || right === undefined ? undefined : left + sign * right;
    }
    return left;
  }
  function product(): number | undefined {
    let left = term();
    while (tokens[at] === '*' || tokens[at] === '/') {
      const divides = take() === '/';
      const right = term();
      if (left === undefined || right === undefined || (divides && right === 0)) left = undefined;
      else left = divides ? left / right : left * right;
    }
    return left;
  }
  function term(): number | undefined {
    const token = take() ?? '';
    if (token === '(') {
      const inner = comparison();
      expect(')');
      return inner;
    }
    if (/^\d/.test(token)) return Number(token);
    if (token !== 'IF') return values.get(token);
    expect('(');
    const condition = comparison();
    expect(',');
    const then = comparison();
    expect(',');
    const otherwise = comparison();
    expect(')');
    return condition === undefined ? undefined : condition === 0 ? otherwise : then;
  }

  const value = comparison();
  if (at < tokens.length) throw new Error(`expected the end of ${expression}, found ${tokens[at]}`);
  return value;
}

function tokenize(expression: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(expression);
    if (match?.[1] === undefined) throw new Error(`expected metric math, found ${expression.slice(from)}`);
    tokens.push(match[1]);
  }
  return tokens;
}
