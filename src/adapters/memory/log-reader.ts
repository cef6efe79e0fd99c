import {
  isLineAskedFor,
  type LogPage,
  type LogQuery,
  type LogReader,
  parseLogLine,
} from '../../domain/history/log-reader.ts';

export class MemoryLogReader implements LogReader {
  readonly #texts: string[] = [];

  write(text: string): void {
    this.#texts.push(text);
  }

  async read(query: LogQuery): Promise<LogPage> {
    const lines = this.#texts
      .map((text, at) => parseLogLine(text, String(at)))
      .filter((line) => line !== undefined)
      .filter((line) => isLineAskedFor(line, query))
      .sort((one, other) => one.atMs - other.atMs);
    if (lines.length <= query.limit) return { lines };
    const shown = lines.slice(0, query.limit);
    const lastMs = shown.at(-1)?.atMs ?? query.fromMs;
    return { lines: shown, nextMs: lastMs > query.fromMs ? lastMs : query.fromMs + 1 };
  }
}
