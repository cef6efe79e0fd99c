import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** What the CLI's package.json takes from the repository's, and where the versions of its imports come from. */
export interface RepositoryPackage {
  readonly version: string;
  readonly license: string;
  readonly oclif: object;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** A package that the compiled code imports. */
export interface ExternalImport {
  readonly name: string;
  /** Imported only by `import()`: the program starts without it. */
  readonly isLazy: boolean;
}

/** Differs from the repository's name, whose package contains the whole service. */
const NAME = 'sluice-cli';
/** Compiled code also runs on versions without type stripping. */
const NODE_NEEDED = '>=22.13';
/** Packages that the CLI works without: they are too large for what few people use, who are told what to install. */
const OPTIONAL = /^@aws-sdk\//;

/**
 * The names of the packages that the compiled files in `folder` import. Throws where a relative import leads nowhere.
 */
export async function externalImports(folder: string): Promise<readonly ExternalImport[]> {
  const entryPoints = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => join(folder, file));
  const { metafile } = await build({
    entryPoints,
    outdir: folder,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  const lazy = new Map<string, boolean>();
  for (const { imports } of Object.values(metafile.inputs)) {
    for (const { path, kind, external } of imports) {
      if (external !== true || path.startsWith('node:')) continue;
      const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
      lazy.set(name, (lazy.get(name) ?? true) && kind === 'dynamic-import');
    }
  }
  return [...lazy]
    .map(([name, isLazy]) => ({ name, isLazy }))
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

/**
 * Versions come from the repository. Throws if the commands import a package that it lacks, or cannot start without the AWS SDK.
 */
export function packageJsonOf(repository: RepositoryPackage, imports: readonly ExternalImport[]): object {
  const version = (name: string): string => {
    const found = repository.dependencies[name];
    if (found === undefined) {
      throw new Error(
        `the commands import ${name}: expected it in the dependencies of package.json, found it not there`,
      );
    }
    return found;
  };
  const needed = imports.filter(({ name }) => !OPTIONAL.test(name));
  const optional = imports.filter(({ name }) => OPTIONAL.test(name));
  for (const { name, isLazy } of optional) {
    if (!isLazy)
      throw new Error(`the commands import ${name}: expected import(), found that they need it to start`);
  }
  return {
    name: NAME,
    version: repository.version,
    description: 'The commands of Sluice: by themselves, and as a plugin of the heroku and sf CLIs',
    license: repository.license,
    private: true,
    type: 'module',
    engines: { node: NODE_NEEDED },
    bin: { sluice: 'bin/run.js' },
    files: ['bin', 'dist', 'docs', 'oclif.manifest.json'],
    keywords: ['oclif-plugin'],
    oclif: repository.oclif,
    dependencies: Object.fromEntries(needed.map(({ name }) => [name, version(name)])),
    peerDependencies: Object.fromEntries(optional.map(({ name }) => [name, `^${version(name)}`])),
    peerDependenciesMeta: Object.fromEntries(optional.map(({ name }) => [name, { optional: true }])),
  };
}
