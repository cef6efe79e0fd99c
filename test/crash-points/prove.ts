import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { planted } from '../simulation/prove.ts';
import { PLANTED_FAULTS, type PlantedCrashFault } from './planted-faults.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** The files that a run needs. */
const COPIED = [
  'src',
  'functions',
  'local',
  'simulators',
  'test',
  'scripts',
  'docs/operations',
  'package.json',
] as const;

export interface Proof {
  readonly fault: PlantedCrashFault;
  /** The points that find it, with the ledger's verdict. */
  readonly found: readonly string[];
}

/**
 * Plants each fault in a copy of the tree, and kills a process there at the points that must find it.
 * @param only a substring of the scenarios' names
 */
export async function* prove(only: string): AsyncGenerator<Proof> {
  for (const fault of PLANTED_FAULTS.filter(({ scenario }) => scenario.includes(only))) {
    const copy = await mkdtemp(join(tmpdir(), 'sluice-crash-proof-'));
    try {
      for (const path of COPIED) await cp(join(ROOT, path), join(copy, path), { recursive: true });
      await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
      const path = join(copy, fault.file);
      await writeFile(path, planted(fault, await readFile(path, 'utf8')));
      const lines = await crashesIn(copy, fault);
      // The last line is the number of crashes; otherwise the copy did not run.
      if (!/^\d+ crashes/.test(lines.at(-1) ?? ''))
        throw new Error(`${fault.name}: expected crashes, found ${lines.join('\n')}`);
      yield { fault, found: lines.slice(0, -1) };
    } finally {
      await rm(copy, { recursive: true });
    }
  }
}

function crashesIn(root: string, { scenario, call }: PlantedCrashFault): Promise<readonly string[]> {
  return new Promise((settle, reject) => {
    const child = spawn(
      process.execPath,
      [join(root, 'scripts/crash-points.ts'), '--scenario', scenario, '--exact', '--call', call],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', () => settle(output.split('\n').filter((line) => line !== '')));
  });
}
