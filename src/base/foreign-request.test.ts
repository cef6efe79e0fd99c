import { expect, test } from 'vitest';
import { foreignRequestFault } from './foreign-request.ts';

test.each([
  { host: '127.0.0.1:4280' },
  { host: 'localhost:4280' },
  { host: '[::1]:4280' },
  { host: '127.0.0.1:4280', origin: 'http://localhost:5173' },
  { host: '127.0.0.1:4280', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
  {},
])('%j is of this machine', (headers) => {
  expect(foreignRequestFault(headers)).toBe(undefined);
});

test.each([
  { host: 'rebound.example:4280' },
  { host: '127.0.0.1.evil.example' },
  { host: 'localhost.evil.example:4280' },
  { host: '10.0.0.1:4280' },
  { host: 'not a host' },
  { host: '127.0.0.1:4280', origin: 'https://evil.example' },
  { host: '127.0.0.1:4280', origin: 'http://127.0.0.1.evil.example' },
  { host: '127.0.0.1:4280', origin: 'null' },
  { host: '127.0.0.1:4280', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
])('%j is of a page elsewhere', (headers) => {
  expect(foreignRequestFault(headers)).toMatch(/^expected .* found /);
});
