import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrokenPromise } from './ledger.ts';
import { PLANTED_FAULTS, type PlantedFault } from './planted-faults.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The files that a run needs. */
const COPIED = ['src', 'functions', 'test/simulation', 'test/support', 'scripts', 'package.json'] as const;

export interface Proof {
  readonly fault: PlantedFault;
  /** Undefined if no seed found it. */
  readonly found: { readonly seed: number; readonly promise: BrokenPromise } | undefined;
}

/** Plants each fault in a copy of the tree, and looks for the first seed that finds it. */
export async function* prove(only: string, seedsMax: number): AsyncGenerator<Proof> {
  for (const fault of PLANTED_FAULTS.filter(({ name }) => name.includes(only))) {
    const { output, exitCode } = await simulateWith(fault, ['--seeds', String(seedsMax), '--first']);
    // Whatever a seed finds is an answer; another exit code means that the copy does not run.
    if (exitCode !== 0) throw new Error(`expected ${fault.name} to be tried, found exit code ${exitCode}`);
    yield { fault, found: JSON.parse(output) ?? undefined };
  }
}

/** Runs `npm run simulate` in a copy of the tree with the fault planted. */
export async function simulateWith(
  fault: PlantedFault,
  given: readonly string[],
): Promise<{ readonly output: string; readonly exitCode: number | null }> {
  const copy = await mkdtemp(join(tmpdir(), 'sluice-simulation-'));
  try {
    for (const path of COPIED) await cp(join(ROOT, path), join(copy, path), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const path = join(copy, fault.file);
    await writeFile(path, planted(fault, await readFile(path, 'utf8')));
    return await runSimulation(copy, given);
  } finally {
    await rm(copy, { recursive: true });
  }
}

/** The text of the file with the fault planted. */
export function planted({ name, file, find, replace }: PlantedFault, text: string): string {
  const count = text.split(find).length - 1;
  if (count !== 1) {
    throw new Error(`${name}: expected ${JSON.stringify(find)} once in ${file}, found it ${count} times`);
  }
  return text.replace(find, () => replace);
}

/** Runs the simulation as another process, in this tree or in a copy. */
export function runSimulation(
  root: string,
  given: readonly string[],
): Promise<{ readonly output: string; readonly exitCode: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'scripts/simulate.ts'), ...given], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ output, exitCode }));
  });
}
