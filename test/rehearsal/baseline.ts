import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { REHEARSAL_FOLDER, ROOT } from './emulator.ts';
import { finished } from './processes.ts';

/** The version that upgrades start from: a commit for now, releases once there are some. */
const BASELINE = 'd90a734';

/** The user's, whose proxy and certificates npm may need; without what an `npm run` around us says of this package. */
const env = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/** The baseline's files in a folder of their own, with the packages from its lock file. Retained for the next time. */
export async function baselineCheckout(): Promise<string> {
  const folder = join(REHEARSAL_FOLDER, `baseline-${BASELINE}`);
  const packages = join(folder, 'node_modules');
  // If our packages are linked here, they may have changed meanwhile.
  if (existsSync(packages) && (!lstatSync(packages).isSymbolicLink() || areInstalledHere(folder)))
    return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = join(REHEARSAL_FOLDER, `baseline-${BASELINE}.tar`);
  await finished('git', ['archive', '--output', archive, BASELINE], { env: env() });
  await finished('tar', ['-xf', archive, '-C', folder], { env: env() });
  rmSync(archive);
  if (areInstalledHere(folder)) symlinkSync(join(ROOT, 'node_modules'), packages);
  else await finished('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, env: env() });
  return folder;
}

/** Whether each package in the baseline's lock file is installed here in the same version. */
function areInstalledHere(folder: string): boolean {
  const [before, now] = [folder, ROOT].map((each) => lockedVersions(join(each, 'package-lock.json')));
  return [...(before ?? [])].every(([path, version]) => path === '' || now?.get(path) === version);
}

function lockedVersions(file: string): Map<string, string> {
  const { packages }: { packages: Record<string, { readonly version: string }> } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  return new Map(Object.entries(packages).map(([path, { version }]) => [path, version]));
}
