export type Row = Readonly<Record<string, unknown>>;

/** The value that a store put into `record`. */
export function recordOf<T>(row: Row): T {
  // Only the stores write the tables, and each reads only what it wrote itself.
  return JSON.parse(textOf(row, 'record')) as T;
}

export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`expected a text in ${column}, found ${typeof value}`);
  return value;
}

export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new Error(`expected a number in ${column}, found ${typeof value}`);
  return value;
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new Error(`expected bytes in ${column}, found ${typeof value}`);
  return value;
}
