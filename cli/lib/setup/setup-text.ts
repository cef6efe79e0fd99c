import { Document, isMap, isScalar, type Pair, Scalar, visit } from 'yaml';
import { visible, visibleJson } from '../visible.ts';
import { rulesOf } from './rules.ts';
import type { Resource, Setup, Stream } from './setup.ts';

/** The version of the file's format: `sluice: 1` at its top. */
export const SETUP_VERSION = 1;
export const SECTIONS = {
  authorizations: 'authorization',
  subscriptions: 'subscription',
  publications: 'publication',
} as const;

/**
 * The text of the file. The same resources give the same text: sorted by name, without ids, times, defaults and what
 * Sluice itself reports, so that two files can be compared line by line.
 * @param notes lines of a comment above a resource, by its title
 */
export function setupText(
  setup: Setup,
  comment: string,
  notes: ReadonlyMap<string, readonly string[]> = new Map(),
): string {
  const sections = Object.keys(SECTIONS) as (keyof typeof SECTIONS)[];
  const contents = new Map<string, unknown>([['sluice', SETUP_VERSION]]);
  for (const section of sections) {
    const resources = setup[section];
    if (resources.length === 0) continue;
    contents.set(section, new Map(resources.map((each) => [each.name, fieldsOf(each)])));
  }
  if (setup.streams.length > 0) contents.set('streams', setup.streams.map(streamFields));
  const document = new Document(contents);
  document.commentBefore = asComment(comment);
  for (const { key, value } of pairsOf(document.contents)) {
    if (isScalar(key) && key.value !== 'sluice') key.spaceBefore = true;
    const kind = isScalar(key) ? SECTIONS[key.value as keyof typeof SECTIONS] : undefined;
    for (const resource of pairsOf(value)) {
      const lines = notes.get(`${kind} ${textOf(resource.key)}`);
      if (lines !== undefined && isScalar(resource.key)) {
        resource.key.commentBefore = asComment(lines.join('\n'));
      }
      for (const field of pairsOf(resource.value)) if (isMap(field.value)) field.value.flow = true;
    }
  }
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value === 'string' && visible(scalar.value) !== scalar.value) {
        scalar.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  // In double quotes, YAML has JSON's escapes: control characters are escaped, and are restored on reading.
  return visibleJson(document.toString({ lineWidth: 0 }));
}

function asComment(text: string): string {
  return text.replaceAll(/^/gm, ' ');
}

function textOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}

function pairsOf(node: unknown): readonly Pair[] {
  return isMap(node) ? node.items : [];
}

function fieldsOf({ kind, platform, settings, secrets }: Resource): Map<string, unknown> {
  const fields = new Map<string, unknown>(kind === 'authorization' ? [] : [['platform', platform]]);
  for (const { name } of rulesOf(kind, platform)?.settings ?? []) {
    const value = secrets.get(name) ?? settings.get(name);
    if (value !== undefined) fields.set(name, value);
  }
  return fields;
}

function streamFields({ source, target, settings }: Stream): Map<string, unknown> {
  return new Map<string, unknown>([['source', source], ['target', target], ...settings]);
}
