import { valueText } from '../../json.ts';
import type { Scope } from '../../runtime.ts';
import {
  getOwn,
  type ObjectBuilder,
  type ObjectValue,
  setOwn,
  sortedKeys,
  type Value,
} from '../../values.ts';

/** Metadata as the older functions give it: texts only, that of null too, and an empty one is none. */
export function metadataText(scope: Scope, meta: ObjectValue, key: string): Value {
  if (key !== '') {
    const value = getOwn(meta, key);
    const text = value === undefined ? '' : scope.run.made(valueText(value));
    return text === '' ? null : text;
  }
  const texts: ObjectBuilder = {};
  for (const name of sortedKeys(meta)) setOwn(texts, name, scope.run.made(valueText(meta[name] ?? null)));
  return texts;
}
