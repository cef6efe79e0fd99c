import { describe, expect, it } from 'vitest';
import { expectCommasInRetry } from './link-flags.ts';

describe('waits of --retry', () => {
  it.each([
    ['--retry 1s 2s', '1s,2s'],
    ['--retry=1s 2s hook', '1s,2s'],
    ['hook --retry 1s,2s 3m -a my-app', '1s,2s,3m'],
  ])('with a space between are not taken for a name: %s', (line, expected) => {
    expect(() => expectCommasInRetry(line.split(' '))).toThrow(
      `expected the waits with commas between, such as --retry ${expected}, found`,
    );
  });

  it.each([
    '--retry 1s,2s hook',
    'hook --retry 1s',
    '--retry 1s -u https://example.com',
    'hook',
    '2s',
    '--retry',
  ])('are as they should be: %s', (line) => {
    expect(() => expectCommasInRetry(line.split(' '))).not.toThrow();
  });
});
