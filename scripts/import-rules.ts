import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractConfiguration from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

/** Folders with code. Each must be seen: a check that looks at nothing finds nothing. */
export const CODE_FOLDERS = [
  'bench',
  'bin',
  'cli',
  'clients/node/src',
  'console',
  'examples',
  'functions',
  'lib',
  'local',
  'mcp',
  'scripts',
  'simulators',
  'src',
  'test',
] as const;

export interface ImportViolation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

export interface ImportReport {
  readonly violations: readonly ImportViolation[];
  /** Every file that was checked, relative to the root. */
  readonly files: readonly string[];
  /** Imports from files of the tree to files of the tree. */
  readonly imports: readonly FileImport[];
}

const CONFIGURATION = fileURLToPath(new URL('../.dependency-cruiser.mjs', import.meta.url));
const TS_CONFIG = fileURLToPath(new URL('../tsconfig.json', import.meta.url));

export interface FileImport {
  readonly from: string;
  readonly to: string;
}

/** Checks the tree at `root` against the rules of `.dependency-cruiser.mjs`. */
export async function checkImports(root: string, folders: readonly string[]): Promise<ImportReport> {
  const { forbidden = [], options = {} } = await extractConfiguration(CONFIGURATION);
  const { enhancedResolveOptions, ...others } = options;
  const { output } = await cruise(
    [...folders],
    { ...others, ruleSet: { forbidden }, validate: true, baseDir: root, outputType: 'json' },
    enhancedResolveOptions,
    { tsConfig: extractTsConfig(TS_CONFIG) },
  );
  const { summary, modules }: ICruiseResult = typeof output === 'string' ? JSON.parse(output) : output;
  const own = modules.filter(({ source }) => !source.includes('node_modules/'));
  return {
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
    files: own.map(({ source }) => source),
    imports: own.flatMap(({ source, dependencies }) =>
      dependencies.map(({ resolved }) => ({ from: source, to: resolved })),
    ),
  };
}

/** The names of all rules, in order. */
export async function importRules(): Promise<string[]> {
  const { forbidden = [] } = await extractConfiguration(CONFIGURATION);
  return forbidden.map(({ name }) => name ?? '');
}

if (import.meta.main) {
  const { violations, files } = await checkImports(
    fileURLToPath(new URL('..', import.meta.url)),
    CODE_FOLDERS,
  );
  for (const { rule, from, to } of violations) console.error(`${rule}: ${from} → ${to}`);
  for (const folder of CODE_FOLDERS) {
    if (files.some((file) => file.startsWith(`${folder}/`))) continue;
    console.error(`expected files in ${folder}/, saw none`);
    process.exitCode = 1;
  }
  if (violations.length > 0) process.exitCode = 1;
  else console.log(`${files.length} files`);
}
