import { byteLength } from '../../values.ts';
import type { KernelResult } from './kernel-result.ts';

// Reads RFC 4180 records as Go's encoding/csv does, with the same error messages. Columns are bytes, counted from 1.

class CsvError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const BARE_QUOTE = 'bare " in non-quoted-field';
const STRAY_QUOTE = 'extraneous or missing " in quoted-field';

class CsvReader {
  readonly #lines: readonly string[];
  readonly #delimiter: string;
  readonly #lazyQuotes: boolean;
  #line = 0;

  constructor(text: string, delimiter: string, lazyQuotes: boolean) {
    this.#lines = splitLines(text);
    this.#delimiter = delimiter;
    this.#lazyQuotes = lazyQuotes;
  }

  #error(startLine: number, column: number, what: string): CsvError {
    const at = `parse error on line ${this.#line}, column ${column}: ${what}`;
    return new CsvError(startLine === this.#line ? at : `record on line ${startLine}; ${at}`);
  }

  /** The number of the line on which the last record began. */
  recordLine = 0;

  record(): string[] | undefined {
    let text = this.#lines[this.#line];
    while (text === '\n') {
      this.#line++;
      text = this.#lines[this.#line];
    }
    if (text === undefined) return undefined;
    this.#line++;
    this.recordLine = this.#line;
    const fields: string[] = [];
    let whole = text;
    let at = 0;
    for (;;) {
      if (whole[at] !== '"') {
        const comma = whole.indexOf(this.#delimiter, at);
        const end = comma >= 0 ? comma : whole.endsWith('\n') ? whole.length - 1 : whole.length;
        const field = whole.slice(at, end);
        const quoteAt = field.indexOf('"');
        if (quoteAt >= 0 && !this.#lazyQuotes) {
          throw this.#error(this.recordLine, byteLength(whole.slice(0, at + quoteAt)) + 1, BARE_QUOTE);
        }
        fields.push(field);
        if (comma < 0) return fields;
        at = comma + this.#delimiter.length;
        continue;
      }
      at++;
      let field = '';
      let fieldDone = false;
      while (!fieldDone) {
        const quoteAt = whole.indexOf('"', at);
        if (quoteAt >= 0) {
          field += whole.slice(at, quoteAt);
          at = quoteAt + 1;
          if (whole[at] === '"') {
            field += '"';
            at++;
          } else if (whole.startsWith(this.#delimiter, at)) {
            at += this.#delimiter.length;
            fieldDone = true;
          } else if (at >= whole.length || whole[at] === '\n') {
            fields.push(field);
            return fields;
          } else if (this.#lazyQuotes) field += '"';
          else throw this.#error(this.recordLine, byteLength(whole.slice(0, quoteAt)) + 1, STRAY_QUOTE);
          continue;
        }
        const rest = whole.slice(at);
        if (rest !== '') {
          field += rest;
          const next = this.#lines[this.#line];
          if (next !== undefined) {
            whole = next;
            this.#line++;
            at = 0;
            continue;
          }
          at = whole.length;
        }
        if (!this.#lazyQuotes) throw this.#error(this.recordLine, byteLength(whole) + 1, STRAY_QUOTE);
        fields.push(field);
        return fields;
      }
      fields.push(field);
    }
  }
}

/** Lines with their line breaks, where `\r\n` becomes `\n`. Drops a lone `\r` at the very end. */
function splitLines(text: string): string[] {
  const lines = text.split('\n').map((line, index, all) => {
    const last = index === all.length - 1;
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line;
    return last ? bare : `${bare}\n`;
  });
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

export function isCsvDelimiter(character: string): boolean {
  return [...character].length === 1 && !/["\r\n\ufffd\0]/.test(character);
}

export function parseCsv(text: string, delimiter: string, lazyQuotes: boolean): KernelResult<string[][]> {
  const reader = new CsvReader(text, delimiter, lazyQuotes);
  const records: string[][] = [];
  try {
    for (;;) {
      const record = reader.record();
      if (record === undefined) return { ok: true, value: records };
      if (records[0] !== undefined && record.length !== records[0].length) {
        throw new CsvError(`record on line ${reader.recordLine}: wrong number of fields`);
      }
      records.push(record);
    }
  } catch (failure) {
    if (failure instanceof CsvError) return { ok: false, message: failure.message };
    throw failure;
  }
}
