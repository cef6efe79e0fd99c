/**
 * Parses JSON and keeps whole numbers beyond 2^53 as `bigint`, as Salesforce has them; browsers that do not give a reviver the source
 * of a value round them, as `JSON.parse` does. The caller's schemas are the service's own, and its tests hold every answer to them.
 */
// biome-ignore lint/suspicious/noExplicitAny: what JSON.parse gives.
export function parseJson(text: string): any {
  return JSON.parse(text, (_key, value: unknown, ...rest: readonly { readonly source?: string }[]) => {
    const source = rest[0]?.source;
    return typeof value === 'number' &&
      !Number.isSafeInteger(value) &&
      source !== undefined &&
      /^-?\d+$/.test(source)
      ? BigInt(source)
      : value;
  });
}

/** The opposite: what came as a whole number is written as one. */
export function printJson(value: unknown, indent = 2): string {
  return print(value, indent, '');
}

function print(value: unknown, indent: number, margin: string): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const inner = margin + ' '.repeat(indent);
  const [open, close, items] = Array.isArray(value)
    ? ['[', ']', value.map((item) => print(item, indent, inner))]
    : [
        '{',
        '}',
        Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${print(item, indent, inner)}`),
      ];
  if (items.length === 0) return open + close;
  return `${open}\n${items.map((item) => inner + item).join(',\n')}\n${margin}${close}`;
}
