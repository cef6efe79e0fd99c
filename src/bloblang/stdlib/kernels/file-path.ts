/** Joins path elements with slashes and returns the shortest equivalent path. It works on the text only and reads no file. */
export function joinPath(elements: readonly string[]): string {
  const present = elements.filter((element) => element !== '');
  if (present.length === 0) return '';
  const joined = present.join('/');
  const rooted = joined.startsWith('/');
  const kept: string[] = [];
  for (const segment of joined.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') kept.push(segment);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!rooted) kept.push(segment);
  }
  const path = (rooted ? '/' : '') + kept.join('/');
  return path === '' ? '.' : path;
}
