export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const PORT_MAX = 65_535;

/** Parses ports and port ranges such as `443,8000-8999`; undefined for any other text. */
export function parsePorts(text: string): readonly PortRange[] | undefined {
  const ranges: PortRange[] = [];
  for (const part of text.split(',')) {
    const match = /^ *([1-9]\d{0,4})(?:-([1-9]\d{0,4}))? *$/.exec(part);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? first);
    if (first > last || last > PORT_MAX) return undefined;
    ranges.push({ first, last });
  }
  return ranges;
}
