import { decodePercent } from '../../base/percent.ts';

/** The credentials in a publish URL. */
export interface PublishLogin {
  readonly user: string;
  readonly password: string;
}

/** The publish URL with user and password. It has no trailing slash, because callers append `/<publication>`. */
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
  // The URL is not quoted because it contains the password.
  if (user === undefined || login === undefined)
    throw new Error('expected user and password of the publish URL to be percent-encoded, found other text');
  return { user, password: login };
}
