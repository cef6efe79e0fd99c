import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { Failure } from './failure.ts';
import { jsonOrUndefined } from './json-or-undefined.ts';

/** The file in which the local host describes itself, with mode 0600. */
const STATE_FILE = 'local.json';
const STATE_FOLDER = '.sluice';

const LocalState = v.looseObject({
  version: v.number(),
  /** The origin, without `/v1`. */
  apiUrl: v.pipe(v.string(), v.url()),
  adminToken: v.pipe(v.string(), v.nonEmpty()),
  app: v.optional(v.string()),
  pid: v.optional(v.number()),
});

export interface LocalRun {
  /** The folder with all files of the run. */
  readonly folder: string;
  readonly file: string;
  readonly apiUrl: string;
  readonly adminToken: string;
  readonly app: string | undefined;
  readonly pid: number | undefined;
}

/** The run with the state folder `stateFolder`, or else the run of the nearest folder upwards from `cwd`. */
export function findLocalRun(cwd: string, stateFolder: string | undefined): LocalRun | undefined {
  if (stateFolder !== undefined) return readLocalRun(stateFolder);
  for (let at = cwd; ; at = dirname(at)) {
    const found = readLocalRun(join(at, STATE_FOLDER));
    if (found !== undefined || dirname(at) === at) return found;
  }
}

function readLocalRun(folder: string): LocalRun | undefined {
  const file = join(folder, STATE_FILE);
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  const state = v.safeParse(LocalState, jsonOrUndefined(text));
  if (!state.success) {
    throw new Failure(
      `${file} is not what a local run writes (expected apiUrl and adminToken): start it again with npm start`,
    );
  }
  const { apiUrl, adminToken, app, pid } = state.output;
  return { folder, file, apiUrl, adminToken, app, pid };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    // Another user may have a run here. To continue as if there were none would hide that.
    throw new Failure(
      `cannot read ${file} (${code === 'EACCES' ? 'it is for its owner only, and that is another user' : String(error)}): ` +
        'run the command as that user, or set SLUICE_API_URL and SLUICE_TOKEN',
    );
  }
}
