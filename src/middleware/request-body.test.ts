import { expect, it } from 'vitest';
import { requestBody } from './request-body.ts';

it.each([
  [{ body: 'grün', isBase64Encoded: false }, 'grün'],
  [{ body: 'Z3LDvG4=', isBase64Encoded: true }, 'grün'],
  [{ isBase64Encoded: true }, ''],
  [{ isBase64Encoded: false }, ''],
])('%j is read', (event, text) => {
  expect(requestBody(event).toString('utf8')).toBe(text);
});

it.each(['Z3LDvG4', 'Z3LD vG4=', 'grün'])('%j is not taken for base64', (body) => {
  expect(() => requestBody({ body, isBase64Encoded: true })).toThrow('expected a body in base64');
});
