import { expect, test } from 'vitest';
import { details, humanize, keyValues, table, variables } from './display.ts';

test('keys are shown as words', () => {
  expect(['org_name', 'url', 'on_invalid_cursor'].map(humanize)).toEqual([
    'Org Name',
    'Url',
    'On Invalid Cursor',
  ]);
});

test('details leave out what is empty, and the older of two names for one value', () => {
  const params = {
    topic: '/event/A__e',
    event: '/event/A__e',
    alias: 'a',
    org_name: 'b',
    url: null,
    note: '',
  };
  expect(details(params)).toBe('Topic: /event/A__e, Alias: a, Org Name: b');
});

test('keys and values stand in columns, sorted by what is shown', () => {
  expect(keyValues({ url: 'u', org_name: 'o', attempt_count: 0 })).toBe(
    ['Attempt Count: 0', 'Org Name:      o', 'Url:           u'].join('\n'),
  );
});

test('the names of config vars are shown as they are', () => {
  expect(variables({ B_URL: 'x', A_LONGER_URL: 'y' })).toBe('B_URL:        x\nA_LONGER_URL: y');
});

const COLUMNS = [
  { title: 'Name', value: (row: readonly string[]) => row[0] },
  { title: 'Filter', value: (row: readonly string[]) => row[1] },
];

test('in a pipe a row is one line, and the last rule ends at column 80 as the stock plugin’s does', () => {
  const long = 'x'.repeat(100);
  const lines = table([['a', long]], COLUMNS, undefined).split('\n');
  expect(lines[1]).toHaveLength(80);
  expect(lines[2]).toBe(` a    ${long}`);
});

test('in a terminal all lines fit, the rules are as wide as the columns, and no word is lost', () => {
  const words = 'root = if this.ChangeEventHeader.changeType == "UPDATE" { this } else { deleted() }';
  const lines = table([['aName', words]], COLUMNS, 40).split('\n');
  expect(lines.slice(0, 2)).toEqual([' Name  Filter', ` ───── ${'─'.repeat(33)}`]);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(40);
  expect(
    lines
      .slice(2)
      .map((line) => line.slice(7))
      .join(' '),
  ).toBe(words);
});

test('a word that is longer than its column is broken', () => {
  const lines = table([['a', 'x'.repeat(50)]], COLUMNS, 30).split('\n');
  expect(lines.slice(2)).toEqual([` a    ${'x'.repeat(24)}`, `      ${'x'.repeat(24)}`, '      xx']);
});

test('where the columns are too many for the terminal, each row is a block', () => {
  const rows = [
    ['a', 'b'.repeat(20)],
    ['c', ''],
  ];
  expect(table(rows, COLUMNS, 15)).toBe(`Name:   a\nFilter: ${'b'.repeat(20)}\n\nName: c`);
});

test('a mapping of several lines is one line of a table', () => {
  const lines = table([['a', 'root = this\n  root.b = 1']], COLUMNS, 80).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[2]).toBe(' a    root = this root.b = 1');
});
