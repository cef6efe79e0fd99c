import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** The console's files. Their names contain a hash, so that a file never changes under its name. */
const NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** The encodings that the build writes, best first. */
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

export interface ConsoleFile {
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly encoding: string | undefined;
}

/** The built front end in a folder (scripts/build-console.ts). Read on first use, to keep cold starts fast. */
export class ConsoleFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The page; undefined where the console was not built. */
  async page(): Promise<string | undefined> {
    return (await bytesOf(join(this.#folder, 'index.html')))?.toString('utf8');
  }

  /** A script, style or picture, in an encoding that the browser accepts; undefined if there is no such file. */
  async asset(name: string, acceptEncoding: string): Promise<ConsoleFile | undefined> {
    const type = TYPES[extname(name)];
    if (type === undefined || !NAME.test(name)) return undefined;
    const path = join(this.#folder, 'assets', name);
    for (const encoding of ENCODINGS) {
      if (!accepts(acceptEncoding, encoding.name)) continue;
      const bytes = await bytesOf(`${path}${encoding.suffix}`);
      if (bytes !== undefined) return { bytes, type, encoding: encoding.name };
    }
    const bytes = await bytesOf(path);
    return bytes && { bytes, type, encoding: undefined };
  }
}

/** RFC 9110, section 12.5.3, as browsers use it: a named encoding is accepted unless its weight is 0. */
function accepts(header: string, encoding: string): boolean {
  return header
    .split(',')
    .map((each) =>
      each
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/),
    )
    .some(([name, weight]) => name === encoding && !/^q=0(?:\.0+)?$/.test(weight ?? ''));
}

async function bytesOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    // Either there is no such file, or the console was not built. The caller says which.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
