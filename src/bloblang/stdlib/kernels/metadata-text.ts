import { valueText } from '../../json.ts';
import type { Scope } from '../../runtime.ts';
import { getOwn, type ObjectBuilder, type ObjectValue, setOwn, type Value } from '../../values.ts';

/** A metadata value as text, or null if the text is empty; for the empty key, all metadata as texts. */
export function metadataText(scope: Scope, meta: ObjectValue, key: string): Value {
  if (key !== '') {
    const value = getOwn(meta, key);
    const text = value === undefined ? '' : scope.run.made(valueText(value, scope.run));
    return text === '' ? null : text;
  }
  const texts: ObjectBuilder = {};
  for (const name of scope.run.sortedKeysOf(meta))
    setOwn(texts, name, scope.run.made(valueText(meta[name] ?? null, scope.run)));
  return texts;
}
