// Parses a string, rune or raw literal of Go. It inverts `quote` and is stricter than JSON (it refuses `\/`).

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([abfnrtv\\'"]))/y;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Undefined if the text is not a literal. */
export function unquote(text: string): string | undefined {
  const mark = text.charAt(0);
  if (text.length < 2 || text.at(-1) !== mark) return undefined;
  const body = text.slice(1, -1);
  if (mark === '`') return body.includes('`') ? undefined : body.replaceAll('\r', '');
  if ((mark !== '"' && mark !== "'") || body.includes('\n')) return undefined;
  const content = readEscapes(body, mark);
  if (mark === "'" && (content === undefined || [...content].length !== 1)) return undefined;
  return content;
}

function readEscapes(body: string, mark: string): string | undefined {
  if (!body.includes('\\')) return body.includes(mark) ? undefined : body;
  // `\x` and octal escapes give bytes, and several of them may form one character.
  const bytes: number[] = [];
  for (let at = 0; at < body.length; ) {
    if (body[at] === mark) return undefined;
    if (body[at] !== '\\') {
      const character = String.fromCodePoint(body.codePointAt(at) ?? 0);
      bytes.push(...encoder.encode(character));
      at += character.length;
      continue;
    }
    ESCAPE.lastIndex = at;
    const match = ESCAPE.exec(body);
    if (match === null) return undefined;
    at += match[0].length;
    const [, hex, short, long, octal, simple] = match;
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (simple !== undefined) {
      if (simple === "'" || simple === '"') {
        if (simple !== mark) return undefined;
        bytes.push(simple.charCodeAt(0));
      } else bytes.push(...encoder.encode(SIMPLE[simple] ?? ''));
    } else {
      const code = Number.parseInt(short ?? long ?? '', 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
      bytes.push(...encoder.encode(String.fromCodePoint(code)));
    }
  }
  return decoder.decode(Uint8Array.from(bytes));
}
