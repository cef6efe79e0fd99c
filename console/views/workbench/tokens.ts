export interface Token {
  readonly from: number;
  readonly to: number;
  readonly kind: 'comment' | 'string' | 'number' | 'keyword' | 'target' | 'call';
}

// The order matters: the start of a string or a comment is nothing else. An unclosed string ends with its line.
const TOKEN = new RegExp(
  [
    String.raw`(?<comment>#[^\n]*)`,
    String.raw`(?<string>"""[^]*?(?:"""|$)|"(?:[^"\\\n]|\\.)*"?)`,
    String.raw`(?<!\.)\b(?<keyword>if|else|match|let|map|import|from|true|false|null|this|deleted(?=\(\))|nothing(?=\(\)))\b`,
    String.raw`(?<!\.)\b(?<target>root|meta)\b`,
    String.raw`(?<number>\b\d+(?:\.\d+)?\b)`,
    String.raw`(?<call>\b[a-z_]\w*(?=\())`,
  ].join('|'),
  'g',
);

/** The coloured parts of a mapping; the rest stays as it is. For display only: the engine decides what a text means. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  for (const { index, 0: text, groups } of source.matchAll(TOKEN)) {
    const kind = KINDS.find((each) => groups?.[each] !== undefined);
    if (kind !== undefined) tokens.push({ from: index, to: index + text.length, kind });
  }
  return tokens;
}

const KINDS = ['comment', 'string', 'number', 'keyword', 'target', 'call'] as const;
