import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** What the console consists of; the names are hashed, so that a file never changes under its name. */
const NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** As the build writes them, the better first. */
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

export interface ConsoleFile {
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly encoding: string | undefined;
}

/** The built front end in a folder (scripts/build-console.ts). Read when somebody asks: a cold start knows nothing of it. */
export class ConsoleFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The page; undefined where the console was not built. */
  async page(): Promise<string | undefined> {
    return (await bytesOf(join(this.#folder, 'index.html')))?.toString('utf8');
  }

  /** A script, style or picture, compressed as the browser takes it; undefined of what there is not. */
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

/** RFC 9110, section 12.5.3, for browsers: what is named is taken, unless its weight is 0. */
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
    // Not there: there is no such file, or nobody built the console. The caller says which.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
