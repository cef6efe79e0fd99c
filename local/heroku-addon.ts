import { readFileSync } from 'node:fs';
import { parseHerokuAddon } from '../src/domain/heroku-resources/heroku-addon.ts';

/** Whether a run is the add-on that it was asked to be, for its first lines: while it is off, its paths only answer 404. */
export function herokuAddonLine(file: string, apiUrl: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // A run without its add-on is of use, and the file may come: it is read again each minute.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no file';
    return `off until ${file} can be read (${code}): sluice addon:manifest makes it`;
  }
  const addon = parseHerokuAddon(text);
  return 'fault' in addon
    ? `off until ${file} is whole: ${addon.fault}`
    : `${addon.slug}, at ${apiUrl}/heroku/resources`;
}
