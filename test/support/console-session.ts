import { expect } from 'vitest';
import type { ApiAnswer, ApiUnderTest } from './api-under-test.ts';

/** The name=value pair that a browser would send back. */
export function consoleCookie({ cookies }: ApiAnswer): string {
  return cookies?.[0]?.split(';')[0] ?? '';
}

/** Starts a session on behalf of the token; returns its cookie. */
export async function openConsole(api: ApiUnderTest, token: string, body: object = {}): Promise<string> {
  const link = await api.call('POST', '/v1/console/links', { token, body });
  expect(link.status).toBe(201);
  const begun = await api.call('POST', '/console/session', {
    token: null,
    headers: { 'x-sluice-console': '1' },
    body: { code: String(link.body.url).replace(/^.*#code=/, '') },
  });
  expect(begun.status).toBe(201);
  return consoleCookie(begun);
}
