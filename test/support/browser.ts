import type { GrantCallback } from '../../src/domain/authorizations/authorization-grant.ts';

const CALLBACK_PATH = '/v1/oauth/callback';
const HOPS_MAX = 5;

/** Opens the authorize URL as a browser does whose user approves at once; returns what it brings to our callback. */
export async function logIn(authorizeUrl: string): Promise<GrantCallback & { readonly code: string }> {
  let url = authorizeUrl;
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    const response = await fetch(url, { redirect: 'manual' });
    const location = response.headers.get('location');
    if (location === null) throw new Error(`expected a redirect, found ${response.status}`);
    const next = new URL(location, url);
    const { pathname, searchParams } = next;
    if (pathname === CALLBACK_PATH) {
      return { state: searchParams.get('state') ?? '', code: searchParams.get('code') ?? '' };
    }
    url = next.href;
  }
  throw new Error(`expected the redirects to end at ${CALLBACK_PATH}`);
}
