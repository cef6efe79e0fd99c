import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { fail } from '../../errors.ts';
import { valueText } from '../../json.ts';
import type { Run } from '../../runtime.ts';
import {
  float,
  isArray,
  isObject,
  type ObjectBuilder,
  type ObjectValue,
  setOwn,
  type Value,
} from '../../values.ts';
import { parseGoFloat } from './go-float.ts';

// XML as objects. Attributes are keys with `-` in front, text beside other content is `#text`, and repeated elements are arrays.

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '-',
  textNodeName: '#text',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  trimValues: true,
});

export function parseXml(run: Run, text: string, cast: boolean): Value {
  // A document that declares entities can expand a small text into a huge one.
  if (/<!ENTITY/i.test(text))
    throw fail('failed to parse value as XML: entity definitions are not supported');
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    throw fail(`failed to parse value as XML: line ${valid.err.line}: ${valid.err.msg}`);
  }
  return fromParsed(run, parsedDocument(text), cast, 0);
}

/** The parser has limits of its own, such as on nesting, and throws when it reaches one. */
function parsedDocument(text: string): unknown {
  try {
    return parser.parse(text);
  } catch (error) {
    throw fail(`failed to parse value as XML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fromParsed(run: Run, value: unknown, cast: boolean, depth: number): Value {
  if (depth > run.limits.valueDepth) throw fail('failed to parse value as XML: nested too deeply');
  if (typeof value === 'string') return cast ? castText(value) : value;
  if (Array.isArray(value)) {
    run.allocateEntries(value.length);
    return value.map((element) => fromParsed(run, element, cast, depth + 1));
  }
  if (typeof value !== 'object' || value === null) return null;
  const object: ObjectBuilder = {};
  const entries = Object.entries(value);
  run.allocateEntries(entries.length);
  for (const [key, element] of entries) setOwn(object, key, fromParsed(run, element, cast, depth + 1));
  return object;
}

/** Converts a text that is a number or a bool to that value. */
function castText(text: string): Value {
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (!/^[-+.0-9]/.test(text)) return text;
  const number = parseGoFloat(text);
  return number.ok ? float(number.value) : text;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escapeText(run: Run, value: Value): string {
  const text = valueText(value, run);
  run.step(text.length >> 3);
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** An undefined indent puts everything on one line. */
export function formatXml(
  run: Run,
  value: ObjectValue,
  indent: string | undefined,
  rootTag: string | undefined,
): string {
  const keys = run.sortedKeysOf(value);
  const [only] = keys;
  const single = keys.length === 1 && only !== undefined && !isArray(value[only] ?? null) ? only : undefined;
  const out: string[] = [];
  const write = (text: string): void => {
    run.allocate(text.length * 2 + 64);
    out.push(text);
  };
  const name = rootTag ?? single ?? 'doc';
  const content = rootTag === undefined && single !== undefined ? (value[single] ?? null) : value;
  writeElement(run, write, name, content, indent, 0);
  return run.made(out.join(indent === undefined ? '' : '\n'));
}

function writeElement(
  run: Run,
  write: (text: string) => void,
  name: string,
  value: Value,
  indent: string | undefined,
  depth: number,
): void {
  run.step();
  const margin = indent === undefined ? '' : indent.repeat(depth);
  if (isArray(value)) {
    for (const element of value) writeElement(run, write, name, element, indent, depth);
    return;
  }
  if (!isObject(value)) {
    const text = value === null || value === '' ? '' : escapeText(run, value);
    write(text === '' ? `${margin}<${name}/>` : `${margin}<${name}>${text}</${name}>`);
    return;
  }
  const keys = run.sortedKeysOf(value);
  const attributes = keys
    .filter((key) => key.startsWith('-'))
    .map((key) => ` ${key.slice(1)}="${escapeText(run, value[key] ?? null)}"`)
    .join('');
  const children = keys.filter((key) => !key.startsWith('-') && key !== '#text');
  const text = value['#text'] === undefined ? '' : escapeText(run, value['#text']);
  if (children.length === 0) {
    write(
      text === '' ? `${margin}<${name}${attributes}/>` : `${margin}<${name}${attributes}>${text}</${name}>`,
    );
    return;
  }
  write(`${margin}<${name}${attributes}>${text}`);
  for (const key of children) writeElement(run, write, key, value[key] ?? null, indent, depth + 1);
  write(`${margin}</${name}>`);
}
