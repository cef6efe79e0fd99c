import { expect, it } from 'vitest';
import { parsePorts } from './ports.ts';

it('reads ports and ranges of ports', () => {
  expect(parsePorts('443, 8000-8999')).toEqual([
    { first: 443, last: 443 },
    { first: 8_000, last: 8_999 },
  ]);
  expect(parsePorts('1-65535')).toEqual([{ first: 1, last: 65_535 }]);
});

it.each(['', '0', '65536', '443;8443', 'https', '9-8', '443,', '-1', '1-65536'])('refuses %j', (text) => {
  expect(parsePorts(text)).toBeUndefined();
});
