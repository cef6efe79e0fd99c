import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import {
  isLineAskedFor,
  type LogLine,
  type LogPage,
  type LogQuery,
  type LogReader,
  parseLogLine,
} from '../../domain/history/log-reader.ts';

const CHUNK_BYTES = 256 * 1024;
/** Longer than any line of ours. */
const LINE_BYTES_MAX = 1024 * 1024;
/** How many pages of lines are held while searching for the start of the requested time. */
const KEPT_PAGES = 4;

/**
 * Reads the log file of a local run and the rotated ones, from their end backwards, so that a follower of the log reads
 * the new lines and not 40 MB.
 */
export class FileLogReader implements LogReader {
  readonly #path: string;
  readonly #oldFilesMax: number;

  /** @param oldFilesMax how many rotated files there can be; `path.1` is the newest */
  constructor(path: string, oldFilesMax: number) {
    this.#path = path;
    this.#oldFilesMax = oldFilesMax;
  }

  async read(query: LogQuery): Promise<LogPage> {
    // The file may be rotated between two reads: a line that was read twice has the same id.
    const found = new Map<string, LogLine>();
    for (let number = 0; number <= this.#oldFilesMax; number += 1) {
      const isOver = await readBackwards(
        number === 0 ? this.#path : `${this.#path}.${number}`,
        (text) => {
          const line = parseLogLine(text, '');
          if (line === undefined) return false;
          if (isLineAskedFor(line, query)) {
            const id = idOf(text);
            found.set(id, { ...line, id });
            // The page holds the oldest lines, which are read last, so the newest one is dropped. Times of consecutive
            // lines hardly differ.
            const [newest] = found.keys();
            if (newest !== undefined && found.size > KEPT_PAGES * query.limit) found.delete(newest);
          }
          return line.atMs < query.fromMs;
        },
        `"appId":${JSON.stringify(query.appId)}`,
      );
      if (isOver) break;
    }
    // Several functions write at once, each with its own time.
    const lines = [...found.values()].reverse().sort((one, other) => one.atMs - other.atMs);
    if (lines.length <= query.limit) return { lines };
    const shown = lines.slice(0, query.limit);
    const lastMs = shown.at(-1)?.atMs ?? query.fromMs;
    return { lines: shown, nextMs: lastMs > query.fromMs ? lastMs : query.fromMs + 1 };
  }
}

function idOf(line: string): string {
  return createHash('sha256').update(line).digest('base64url').slice(0, 22);
}

/**
 * Reads the last line first, until there is none or `isEnough`. Lines without the mark are skipped, except the first of
 * each chunk, whose time tells how far back it is. Returns whether it was enough.
 */
async function readBackwards(
  path: string,
  isEnough: (line: string) => boolean,
  mark: string,
): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    // There is no log yet, or no rotated one.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
  try {
    let end = (await file.stat()).size;
    let rest = Buffer.alloc(0);
    while (end > 0) {
      const start = Math.max(0, end - CHUNK_BYTES);
      const chunk = Buffer.alloc(end - start);
      await file.read(chunk, 0, chunk.length, start);
      const bytes = Buffer.concat([chunk, rest]);
      end = start;
      // The first line of a chunk may begin before the chunk.
      const firstBreak = start === 0 ? -1 : bytes.indexOf(0x0a);
      if (start > 0 && firstBreak < 0) {
        rest = bytes.length > LINE_BYTES_MAX ? Buffer.alloc(0) : bytes;
        continue;
      }
      const lines = bytes
        .subarray(firstBreak + 1)
        .toString('utf8')
        .split('\n');
      rest = bytes.subarray(0, Math.max(0, firstBreak + 1));
      for (let at = lines.length - 1; at >= 0; at -= 1) {
        const line = lines[at] ?? '';
        if ((at === 0 || line.includes(mark)) && isEnough(line)) return true;
      }
    }
    return false;
  } finally {
    await file.close();
  }
}
