import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type FolderImport, folderCycle, folderImports, foldersOf, STOREYS } from './folder-imports.ts';
import { checkImports } from './import-rules.ts';

/**
 * Draws the imports between the folders of the three storeys into ARCHITECTURE.md. With `--check` it only reports whether
 * the drawing is up to date. Fails when two folders of one storey need each other.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILE = `${ROOT}/ARCHITECTURE.md`;
const START = '<!-- folder imports: made by scripts/architecture-docs.ts -->';
const END = '<!-- end of folder imports -->';

const { files, imports } = await checkImports(ROOT, ['src']);
const folders = foldersOf(files);
const { within, between } = folderImports(imports);
const cycle = folderCycle(within);
if (cycle !== undefined) {
  console.error(`expected no circle of folders, found ${cycle.join(' → ')}`);
  process.exit(1);
}

const before = readFileSync(FILE, 'utf8');
const [start, end] = [before.indexOf(START), before.indexOf(END)];
if (start < 0 || end < start) throw new Error(`expected ${START} and ${END} in ARCHITECTURE.md`);
const after = `${before.slice(0, start)}${START}\n\n${drawing(folders, within, between)}\n\n${before.slice(end)}`;
if (!process.argv.includes('--check')) writeFileSync(FILE, after);
else if (after !== before) {
  console.error('the drawing in ARCHITECTURE.md is not up to date: run npm run docs:architecture');
  process.exit(1);
}

function drawing(
  folders: readonly string[],
  inner: readonly FolderImport[],
  outer: readonly FolderImport[],
): string {
  const lines = ['```mermaid', 'flowchart TD'];
  for (const storey of STOREYS.toReversed()) {
    lines.push(`  subgraph ${id(storey)}["${storey}"]`);
    for (const folder of folders.filter((each) => each.startsWith(`${storey}/`))) {
      lines.push(`    ${id(folder)}["${folder.slice(storey.length + 1)}"]`);
    }
    // Files directly in a storey serve all of its folders: they would only clutter the drawing.
    for (const { from, to } of inner.filter((edge) => edge.from.startsWith(`${storey}/`))) {
      if (to !== storey) lines.push(`    ${id(from)} --> ${id(to)}`);
    }
    lines.push('  end');
  }
  for (const { from, to } of outer) lines.push(`  ${id(from)} ==> ${id(to)}`);
  return [...lines, '```'].join('\n');
}

function id(folder: string): string {
  return folder.replace('src/', '').replaceAll(/[^a-z]/g, '_');
}
