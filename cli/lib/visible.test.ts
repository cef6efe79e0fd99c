import { expect, it } from 'vitest';
import { details, json, jsonLine, keyValues, table } from './display.ts';
import { visible } from './visible.ts';

it('shows what a terminal would obey, and leaves all else', () => {
  expect(visible('\u001b[31mred\r\u009b\u202e\ud800')).toBe('\\u{1b}[31mred\\u{d}\\u{9b}\\u{202e}\\u{d800}');
  expect(visible('Zürich 😀\n\tb')).toBe('Zürich 😀\n\tb');
});

it('leaves what JSON says as it is', () => {
  const value = { text: '\u009b2J\u202e\u{e0001}\ud800 Zürich 😀\n' };
  const shown = json(value);
  expect(JSON.parse(shown)).toEqual(value);
  expect(shown).toContain('\\u009b2J\\u202e\\udb40\\udc01\\ud800 Zürich 😀');
  expect(jsonLine(value)).not.toMatch(/\p{C}/u);
});

it('is what tables, details and lists of values show', () => {
  const label = '\u001b[31m';
  for (const shown of [
    table([{ label }], [{ title: 'Label', value: (row) => row.label }], 80),
    details({ label }),
    keyValues({ label }),
  ]) {
    expect(shown).toContain('\\u{1b}[31m');
    expect(shown).not.toContain('\u001b');
  }
});
