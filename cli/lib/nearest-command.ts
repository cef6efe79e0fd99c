/** The command id that was probably meant: one that was begun, or one with a slip of the finger in each word at most. */
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

/** Infinity when a word is another word rather than a misspelt one. */
function changesBetween(words: readonly string[], others: readonly string[]): number {
  if (words.length !== others.length) return Number.POSITIVE_INFINITY;
  return words.reduce((sum, word, at) => {
    const changes = editDistance(word, others[at] ?? '');
    return changes > Math.max(1, word.length / 3) ? Number.POSITIVE_INFINITY : sum + changes;
  }, 0);
}

/** Levenshtein: insertions, deletions and replacements. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [line, character] of [...from].entries()) {
    const next = [line + 1];
    for (const [at, other] of [...to].entries()) {
      const replaced = (row[at] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
