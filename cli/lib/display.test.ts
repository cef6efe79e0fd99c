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

test('the last rule ends at the terminal’s edge, and the text goes on', () => {
  const long = 'x'.repeat(60);
  const lines = table([['a', long]], COLUMNS, 40).split('\n');
  expect(lines[1]).toHaveLength(40);
  expect(lines[2]).toBe(` a    ${long}`);
});

test('in the narrowest terminal the rule still underlines the title', () => {
  expect(table([['a', 'b']], COLUMNS, 1).split('\n')[1]).toBe(' ──── ──────');
});

test('a mapping of several lines is one line of a table', () => {
  const lines = table([['a', 'root = this\n  root.b = 1']], COLUMNS).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[2]).toBe(' a    root = this root.b = 1');
});
