// Links in Markdown that lead nowhere: links to a file or to one of its headings, and repository paths in code type.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { trackedFiles } from './tracked-files.ts';

export interface DeadLink {
  readonly file: string;
  readonly line: number;
  readonly target: string;
}

/** Paths in code type are checked if they begin like this. */
const OWN_PATH = /^(?:bench|bin|cli|docs|functions|lib|local|scripts|simulators|src|test)\/[\w./-]*$/;
const LINK = /\[(?:[^\]]|\\\])*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s+(\S+)/g;
const ELSEWHERE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;

export function deadLinks(root: string, files: readonly string[]): DeadLink[] {
  return files.flatMap((file) => {
    const found: DeadLink[] = [];
    for (const { text, line } of prose(readFileSync(join(root, file), 'utf8'))) {
      const withoutCode = text.replaceAll(/`[^`]*`/g, (code) => ' '.repeat(code.length));
      const links = [...withoutCode.matchAll(LINK)].map((match) => match[1] ?? match[2] ?? '');
      const dead = links.filter((target) => !ELSEWHERE.test(target) && !leadsSomewhere(root, file, target));
      const paths = [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
      const gone = paths.filter((path) => OWN_PATH.test(path) && !existsSync(join(root, path)));
      found.push(...[...dead, ...gone].map((target) => ({ file, line, target })));
    }
    return found;
  });
}

function leadsSomewhere(root: string, file: string, target: string): boolean {
  const [path = '', fragment] = target.split('#');
  const decoded = decodeURIComponent(path);
  const to = decoded === '' ? join(root, file) : join(root, dirname(file), decoded);
  if (!existsSync(to) || relative(root, to).startsWith('..')) return false;
  if (fragment === undefined || !to.endsWith('.md') || statSync(to).isDirectory()) return true;
  return anchorsOf(readFileSync(to, 'utf8')).has(decodeURIComponent(fragment).toLowerCase());
}

/** The anchors that GitHub gives the headings. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  const seen = new Map<string, number>();
  for (const { text } of prose(markdown)) {
    for (const [, id = ''] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id.toLowerCase());
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = words.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
  }
  return anchors;
}

/** The lines outside fenced code blocks. */
function prose(markdown: string): { readonly text: string; readonly line: number }[] {
  let fence: string | undefined;
  const lines: { text: string; line: number }[] = [];
  for (const [index, text] of markdown.split('\n').entries()) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(text)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
    } else if (fence === undefined) {
      lines.push({ text, line: index + 1 });
    }
  }
  return lines;
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = trackedFiles(root, '*.md').filter((file) => existsSync(join(root, file)));
  const dead = deadLinks(root, files);
  for (const { file, line, target } of dead) console.error(`${file}:${line}: leads nowhere: ${target}`);
  if (files.length === 0) console.error('expected Markdown files, saw none');
  if (dead.length > 0 || files.length === 0) process.exitCode = 1;
  else console.log(`${files.length} files`);
}
