import { parseWholeNumber } from '../../base/whole-number.ts';
import { type RecordNode, recordBranch } from './schema.ts';

/** For one writer schema: field names by position, and the names of a compound field's children by its position. */
export interface FieldNames {
  readonly top: readonly string[];
  readonly children: ReadonlyMap<number, readonly string[]>;
}

export function fieldNamesOf(schema: RecordNode): FieldNames {
  const children = new Map<number, readonly string[]>();
  schema.fields.forEach((field, position) => {
    const record = recordBranch(field.type);
    if (record !== undefined) {
      children.set(
        position,
        record.fields.map((child) => child.name),
      );
    }
  });
  return { top: schema.fields.map((field) => field.name), children };
}

const COMPOUND_ENTRY = /^(\d+)-0x([0-9a-f]+)$/i;
const TOP_ENTRY = /^0x[0-9a-f]+$/i;

/**
 * The fields that a bitmap array of a ChangeEventHeader names, in schema order, with compound children
 * (`BillingAddress.City`) after the top-level fields. `0x…` is the top level, with bit i for the field at position i;
 * `p-0x…` is the compound field at position p, with bit j for its child j. An entry that is not a bitmap is passed
 * through, and bits beyond the schema's fields are ignored: losing the event would help nobody.
 */
export function expandBitmaps(entries: readonly string[], names: FieldNames): string[] {
  const expanded: string[] = [];
  for (const entry of entries) {
    if (TOP_ENTRY.test(entry)) {
      eachSetBit(entry, 2, (bit) => {
        const name = names.top[bit];
        if (name !== undefined) expanded.push(name);
      });
      continue;
    }
    const compound = COMPOUND_ENTRY.exec(entry);
    if (compound === null) {
      expanded.push(entry);
      continue;
    }
    const position = parseWholeNumber(compound[1] ?? '') ?? -1;
    const parent = names.top[position];
    const children = names.children.get(position);
    if (parent === undefined) continue;
    if (children === undefined) {
      expanded.push(parent);
      continue;
    }
    eachSetBit(entry, entry.length - (compound[2]?.length ?? 0), (bit) => {
      const child = children[bit];
      if (child !== undefined) expanded.push(`${parent}.${child}`);
    });
  }
  return expanded;
}

/** Goes digit by digit from the lowest: a bitmap has as many bits as its object has fields, possibly hundreds. */
function eachSetBit(text: string, start: number, visit: (bit: number) => void): void {
  let base = 0;
  for (let at = text.length - 1; at >= start; at -= 1, base += 4) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit === 0) continue;
    if ((digit & 1) !== 0) visit(base);
    if ((digit & 2) !== 0) visit(base + 1);
    if ((digit & 4) !== 0) visit(base + 2);
    if ((digit & 8) !== 0) visit(base + 3);
  }
}

function hexDigit(code: number): number {
  // 0-9, then A-F and a-f, which differ by one bit.
  return code <= 57 ? code - 48 : (code & 0b1101_1111) - 55;
}
