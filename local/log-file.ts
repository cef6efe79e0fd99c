import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { LOG_FILES_PUT_ASIDE_MAX } from '../src/settings/runtime.ts';

export interface LogFileOptions {
  readonly path: string;
  /** Called once when the log cannot be written, and again only after a write has succeeded. */
  readonly onTrouble: (sentence: string) => void;
  /** The file is rotated at this size. */
  readonly fileBytesMax?: number;
}

/** How long after the first line the collected lines are written together. */
const COLLECT_MS = 100;
const AFTER_FAULT_MS = 1_000;
/** About 30,000 deliveries. */
const FILE_BYTES_MAX = 10 * 1024 * 1024;
/** The most that waits for a full disk; further lines are counted and dropped. */
const WAITING_CHARACTERS_MAX = 4 * 1024 * 1024;

/**
 * The log of a local run. Writing a line only appends to memory; the file follows a moment later. It never throws,
 * because a failing log must not stop the program.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  readonly #fileBytesMax: number;
  #lines: string[] = [];
  #waitingCharacters = 0;
  #droppedLines = 0;
  #file: FileHandle | undefined;
  #fileBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #isInTrouble = false;
  #isClosed = false;

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#fileBytesMax = options.fileBytesMax ?? FILE_BYTES_MAX;
  }

  write(line: string): void {
    if (this.#waitingCharacters > WAITING_CHARACTERS_MAX) {
      this.#droppedLines += 1;
      return;
    }
    this.#lines.push(line);
    this.#waitingCharacters += line.length;
    this.#schedule(COLLECT_MS);
  }

  /** Writes the waiting lines, if possible. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#flushing;
    if (this.#lines.length > 0) await this.#flush();
    await this.#file?.close();
    this.#file = undefined;
  }

  #schedule(ms: number): void {
    if (this.#timer !== undefined || this.#flushing !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flushing = this.#flush().finally(() => {
        this.#flushing = undefined;
        if (this.#lines.length > 0) this.#schedule(this.#isInTrouble ? AFTER_FAULT_MS : COLLECT_MS);
      });
    }, ms);
  }

  async #flush(): Promise<void> {
    const lines = this.#lines;
    if (this.#droppedLines > 0) lines.push(droppedLine(this.#droppedLines));
    const dropped = this.#droppedLines;
    const text = Buffer.from(`${lines.join('\n')}\n`);
    this.#lines = [];
    this.#waitingCharacters = 0;
    this.#droppedLines = 0;
    try {
      await this.#append(text);
      this.#isInTrouble = false;
    } catch (error) {
      // Retried, so that lines within the limit are not lost. A part may then be written twice.
      if (dropped > 0) lines.pop();
      this.#lines = lines.concat(this.#lines);
      this.#waitingCharacters += text.length;
      this.#droppedLines += dropped;
      await this.#closeFile();
      if (this.#isInTrouble) return;
      this.#isInTrouble = true;
      this.#options.onTrouble(
        `the log ${this.#options.path} cannot be written (${String(error)}); it goes on when it can be`,
      );
    }
  }

  async #append(text: Buffer): Promise<void> {
    const { path } = this.#options;
    if (this.#file !== undefined && this.#fileBytes + text.length > this.#fileBytesMax) {
      await this.#closeFile();
      await putAside(path);
    }
    if (this.#file === undefined) {
      this.#file = await open(path, 'a', 0o600);
      // Also corrects an existing file with another mode.
      await this.#file.chmod(0o600);
      this.#fileBytes = (await stat(path)).size;
    }
    await this.#file.appendFile(text);
    this.#fileBytes += text.length;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    try {
      await file?.close();
    } catch {
      // The file is no longer needed; failed writes have been reported.
    }
  }
}

/** Renames each old file to the next number and drops the oldest. */
async function putAside(path: string): Promise<void> {
  await rm(`${path}.${LOG_FILES_PUT_ASIDE_MAX}`, { force: true });
  for (let number = LOG_FILES_PUT_ASIDE_MAX - 1; number >= 0; number -= 1) {
    try {
      await rename(number === 0 ? path : `${path}.${number}`, `${path}.${number + 1}`);
    } catch (error) {
      // There are fewer files yet, or somebody has removed one.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}

function droppedLine(count: number): string {
  return JSON.stringify({
    timestamp: new Date().toISOString(),
    level: 'WARN',
    service: 'sluice-local',
    message: `${count} lines of the log were dropped while it could not be written`,
  });
}
