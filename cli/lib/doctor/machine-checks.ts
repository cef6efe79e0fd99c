import { access, constants, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHttpDate } from '../../../src/base/http-date.ts';
import { isAlive } from '../../../src/base/is-alive.ts';
import { parseWholeNumber } from '../../../src/base/whole-number.ts';
import type { LocalRun } from '../local-run.ts';
import { type Check, guarded, ok, problem } from './check.ts';

/** The oldest Node.js on which `npx sluice` and the installed command run. */
const NODE_MAJOR_MIN = 20;
/** Well below the five minutes after which signatures are refused; Salesforce's tokens have the same limit. */
const SKEW_MS_MAX = 60_000;
const DATE_MS_MAX = 10_000;
/** Disk space for a busy hour of history and deliveries. */
const ROOM_BYTES_MIN = 256 * 1_024 * 1_024;
/** Files with credentials: anyone who can read them can use them. */
const SECRETS = ['admin.json', 'key', 'local.json'] as const;
const OTHERS_MAY = 0o077;

/** Checks this machine: Node.js and the clock, and for a local run its process and its folder. */
export async function machineChecks(
  apiUrl: string,
  localRun: LocalRun | undefined,
): Promise<readonly Check[]> {
  const checks = [nodeCheck(process.versions.node), ...(await clockCheck(apiUrl))];
  return localRun === undefined
    ? checks
    : [...checks, processCheck(localRun), ...(await stateCheck(localRun))];
}

function nodeCheck(version: string): Check {
  const [major = ''] = version.split('.');
  if ((parseWholeNumber(major) ?? 0) >= NODE_MAJOR_MIN) return ok('Node', version);
  return problem(
    'Node',
    `expected Node ${NODE_MAJOR_MIN} or newer, found ${version}`,
    'Install a newer Node.',
  );
}

function clockCheck(apiUrl: string): Promise<readonly Check[]> {
  const name = 'clock';
  const whatToDo = 'Have the clocks of both machines set by NTP: signatures and tokens are judged by them.';
  return guarded(name, whatToDo, async () => {
    const startedAtMs = Date.now();
    const { headers } = await fetch(`${apiUrl}/v1/openapi.json`, {
      method: 'HEAD',
      redirect: 'error',
      signal: AbortSignal.timeout(DATE_MS_MAX),
    });
    const dateMs = parseHttpDate(headers.get('date') ?? '', startedAtMs);
    if (dateMs === undefined) return [problem(name, 'the service says no time', whatToDo)];
    // The header has whole seconds, and the answer took time to arrive: compare the middles of both intervals.
    const skewMs = (startedAtMs + Date.now()) / 2 - (dateMs + 500);
    const seconds = Math.round(Math.abs(skewMs) / 1_000);
    return [
      Math.abs(skewMs) <= SKEW_MS_MAX
        ? ok(name, `within ${Math.max(1, seconds)} s of the service's`)
        : problem(name, `${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the service's`, whatToDo),
    ];
  });
}

function processCheck({ pid, file }: LocalRun): Check {
  if (pid === undefined || isAlive(pid)) return ok('local run', pid === undefined ? file : `process ${pid}`);
  return problem(
    'local run',
    `the process ${pid} that wrote ${file} is not running`,
    'Start it again with npm start.',
  );
}

function stateCheck({ folder }: LocalRun): Promise<readonly Check[]> {
  const name = 'state';
  return guarded(name, `Make ${folder} yours, with room on its disk.`, async () => {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const open: string[] = [];
    for (const secret of SECRETS) {
      const { mode } = await stat(join(folder, secret));
      if ((mode & OTHERS_MAY) !== 0) open.push(secret);
    }
    if (open.length > 0) {
      return [
        problem(
          name,
          `others may read ${open.join(', ')} in ${folder}`,
          `chmod 600 ${open.map((file) => join(folder, file)).join(' ')}; withdraw the tokens if somebody else has used this machine.`,
        ),
      ];
    }
    const { bavail, bsize } = await statfs(folder);
    const room = bavail * bsize;
    const shown = `${Math.floor(room / 1_048_576)} MiB free`;
    return [
      room >= ROOM_BYTES_MIN
        ? ok(name, `${folder}, ${shown}`)
        : problem(name, `${folder} has ${shown}`, 'Make room: what cannot be stored is refused with 507.'),
    ];
  });
}
