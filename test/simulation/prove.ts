import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrokenPromise } from './ledger.ts';
import { PLANTED_FAULTS, type PlantedFault } from './planted-faults.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What a run needs. */
const COPIED = ['src', 'functions', 'test/simulation', 'scripts', 'package.json'] as const;

export interface Proof {
  readonly fault: PlantedFault;
  /** Undefined where no seed found it. */
  readonly found: { readonly seed: number; readonly promise: BrokenPromise } | undefined;
}

/** Plants each fault in a copy of the tree, and looks for the first seed that finds it. */
export async function* prove(only: string, seedsMax: number): AsyncGenerator<Proof> {
  const copy = await mkdtemp(join(tmpdir(), 'sluice-simulation-'));
  try {
    for (const path of COPIED) await cp(join(ROOT, path), join(copy, path), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    for (const fault of PLANTED_FAULTS.filter(({ name }) => name.includes(only))) {
      const path = join(copy, fault.file);
      const text = await readFile(path, 'utf8');
      await writeFile(path, planted(fault, text));
      yield { fault, found: await firstSeed(copy, seedsMax) };
      await writeFile(path, text);
    }
  } finally {
    await rm(copy, { recursive: true });
  }
}

/** The text of the file with the fault in it. */
export function planted({ name, file, find, replace }: PlantedFault, text: string): string {
  const count = text.split(find).length - 1;
  if (count !== 1) {
    throw new Error(`${name}: expected ${JSON.stringify(find)} once in ${file}, found it ${count} times`);
  }
  return text.replace(find, () => replace);
}

async function firstSeed(copy: string, seedsMax: number): Promise<Proof['found']> {
  const output = await new Promise<string>((resolve, reject) => {
    const given = [join(copy, 'scripts/simulate.ts'), '--seeds', String(seedsMax), '--first'];
    const child = spawn(process.execPath, given, { cwd: copy, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', () => resolve(text));
  });
  return JSON.parse(output) ?? undefined;
}
