import { distance } from 'fastest-levenshtein';

/** The command id that was probably meant: one with this prefix, or one with at most one typing error in each word. */
export function nearestCommand(id: string, commandIds: readonly string[]): string | undefined {
  const begun = commandIds.find((each) => each.startsWith(id));
  if (begun !== undefined) return begun;
  let best: { readonly commandId: string; readonly changes: number } | undefined;
  for (const commandId of commandIds) {
    const changes = changesBetween(id.split(':'), commandId.split(':'));
    if (changes < (best?.changes ?? Number.POSITIVE_INFINITY)) best = { commandId, changes };
  }
  return best?.commandId;
}

/** The number of typing errors; Infinity when a word is a different word rather than a misspelt one. */
function changesBetween(words: readonly string[], others: readonly string[]): number {
  if (words.length !== others.length) return Number.POSITIVE_INFINITY;
  return words.reduce((sum, word, at) => {
    const changes = distance(word, others[at] ?? '');
    return changes > Math.max(1, word.length / 3) ? Number.POSITIVE_INFINITY : sum + changes;
  }, 0);
}
