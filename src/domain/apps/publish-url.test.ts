import { expect, it } from 'vitest';
import { publishLoginOf, publishUrl } from './publish-url.ts';

it('holds user and password, and gives them back', () => {
  const login = { user: 'a@b', password: 'p/ä:@' };
  const url = publishUrl('https://example.com/base/', login);
  expect(url).toMatch(/^https:\/\/a%40b:[^/@]+@example\.com\/base$/);
  expect(publishLoginOf(url)).toEqual(login);
});

it('is refused without a word of the password where it is no percent-encoded text', () => {
  expect(() => publishLoginOf('https://a:secret%ff@example.com')).toThrow(/^(?!.*secret).*percent-encoded/);
});
