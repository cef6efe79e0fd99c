import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { Failure } from './failure.ts';

/** What the local host writes about itself, mode 0600. */
const STATE_FILE = 'local.json';
const STATE_FOLDER = '.sluice';

const LocalState = v.looseObject({
  version: v.number(),
  /** Origin, without `/v1`. */
  apiUrl: v.pipe(v.string(), v.url()),
  adminToken: v.pipe(v.string(), v.nonEmpty()),
  app: v.optional(v.string()),
  pid: v.optional(v.number()),
});

export interface LocalRun {
  /** The folder that holds everything of the run. */
  readonly folder: string;
  readonly file: string;
  readonly apiUrl: string;
  readonly adminToken: string;
  readonly app: string | undefined;
  readonly pid: number | undefined;
}

/** The run whose state folder is `stateFolder`, or else that of the nearest folder upwards from `cwd`. */
export function findLocalRun(cwd: string, stateFolder: string | undefined): LocalRun | undefined {
  if (stateFolder !== undefined) return readLocalRun(stateFolder);
  for (let at = cwd; ; at = dirname(at)) {
    const found = readLocalRun(join(at, STATE_FOLDER));
    if (found !== undefined || dirname(at) === at) return found;
  }
}

function readLocalRun(folder: string): LocalRun | undefined {
  const file = join(folder, STATE_FILE);
  if (!existsSync(file)) return undefined;
  const state = v.safeParse(LocalState, readJsonFile(file));
  if (!state.success) {
    throw new Failure(
      `${file} is not what a local run writes (expected apiUrl and adminToken): start it again with npm start`,
    );
  }
  const { apiUrl, adminToken, app, pid } = state.output;
  return { folder, file, apiUrl, adminToken, app, pid };
}

function readJsonFile(file: string): unknown {
  const text = readFileSync(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    // Said by the caller, in one sentence with every other fault of the file.
    return undefined;
  }
}
