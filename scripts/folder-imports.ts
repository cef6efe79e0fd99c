import type { FileImport } from './import-rules.ts';

export const STOREYS = ['src/domain', 'src/pipeline', 'src/management'] as const;
export type Storey = (typeof STOREYS)[number];

/** At least one file of one folder imports a file of the other. */
export interface FolderImport {
  readonly from: string;
  readonly to: string;
}

/** The storey and the folder within it, such as `src/domain/feeds`; a file directly in a storey belongs to the storey itself. */
function folderOf(path: string): { readonly storey: Storey; readonly folder: string } | undefined {
  const storey = STOREYS.find((each) => path.startsWith(`${each}/`));
  if (storey === undefined) return undefined;
  const [folder, ...rest] = path.slice(storey.length + 1).split('/');
  return { storey, folder: rest.length === 0 ? storey : `${storey}/${folder}` };
}

/** The folders of all storeys, in alphabetical order. */
export function foldersOf(files: readonly string[]): string[] {
  const folders = files.flatMap((file) => folderOf(file)?.folder ?? []);
  return [...new Set(folders)].toSorted();
}

/** Imports between the folders of each storey, and between the storeys. Tests are excluded. */
export function folderImports(imports: readonly FileImport[]): {
  readonly within: readonly FolderImport[];
  readonly between: readonly FolderImport[];
} {
  const within = new Map<string, FolderImport>();
  const between = new Map<string, FolderImport>();
  for (const { from, to } of imports) {
    const [importer, imported] = [folderOf(from), folderOf(to)];
    if (importer === undefined || imported === undefined || from.endsWith('.test.ts')) continue;
    if (importer.storey !== imported.storey) add(between, importer.storey, imported.storey);
    else if (importer.folder !== imported.folder) add(within, importer.folder, imported.folder);
  }
  return { within: sorted(within), between: sorted(between) };
}

function add(edges: Map<string, FolderImport>, from: string, to: string): void {
  edges.set(`${from} ${to}`, { from, to });
}

function sorted(edges: Map<string, FolderImport>): FolderImport[] {
  return [...edges.entries()].toSorted(([one], [other]) => one.localeCompare(other)).map(([, edge]) => edge);
}

/** Folders that need each other, as a path that ends where it began; undefined if there are none. */
export function folderCycle(edges: readonly FolderImport[]): string[] | undefined {
  const finished = new Set<string>();
  const visit = (folder: string, path: readonly string[]): string[] | undefined => {
    const at = path.indexOf(folder);
    if (at >= 0) return [...path.slice(at), folder];
    if (finished.has(folder)) return undefined;
    for (const { from, to } of edges) {
      if (from !== folder) continue;
      const cycle = visit(to, [...path, folder]);
      if (cycle !== undefined) return cycle;
    }
    finished.add(folder);
    return undefined;
  };
  for (const { from } of edges) {
    const cycle = visit(from, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
