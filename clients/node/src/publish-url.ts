import { InvalidInputError } from './errors.ts';

/** A publish URL, split into what may be shown and what is secret. */
export interface PublishUrl {
  /** The URL without user, password and trailing slash. */
  readonly base: string;
  /** The `Authorization` header. */
  readonly authorization: string;
}

const EXPECTED =
  'expected the publish URL, https://user:password@host/…, as `sluice config:get HEROKUEVENTS_PUBLISH_URL` prints it';

/** No error quotes the URL, because it holds a password; for the same reason errors of `URL` are no cause. */
export function parsePublishUrl(text: string): PublishUrl {
  if (typeof text !== 'string' || text === '') throw new InvalidInputError(`${EXPECTED}, found none`);
  if (!URL.canParse(text)) throw new InvalidInputError(`${EXPECTED}, found a text that is no URL`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new InvalidInputError(`${EXPECTED}, found a URL of ${url.protocol}`);
  }
  if (url.username === '' || url.password === '') {
    throw new InvalidInputError(`${EXPECTED}, found a URL without a user or without a password`);
  }
  const login = `${decoded(url.username)}:${decoded(url.password)}`;
  return {
    base: `${url.origin}${url.pathname.replace(/\/$/, '')}`,
    authorization: `Basic ${Buffer.from(login).toString('base64')}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // `decodeURIComponent` throws only for this, and its message would not help here.
    throw new InvalidInputError(`${EXPECTED}, found a user or a password with a "%" that encodes nothing`);
  }
}
