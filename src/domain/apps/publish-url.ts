import { decodePercent } from '../../base/percent.ts';

/** What a publish URL holds beside its address. */
export interface PublishLogin {
  readonly user: string;
  readonly password: string;
}

/** The publish URL with user and password. No slash at its end: callers append `/<publication>`. */
export function publishUrl(baseUrl: string, { user, password }: PublishLogin): string {
  const url = new URL(baseUrl);
  url.username = user;
  url.password = password;
  return url.href.replace(/\/+$/, '');
}

export function publishLoginOf(url: string): PublishLogin {
  const { username, password } = new URL(url);
  const user = decodePercent(username);
  const login = decodePercent(password);
  // Not quoted: it holds the password.
  if (user === undefined || login === undefined)
    throw new Error('expected user and password of the publish URL to be percent-encoded, found other text');
  return { user, password: login };
}
