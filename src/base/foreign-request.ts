/** The headers by which a browser says where a request comes from, and for which name it took the server. */
export interface RequestOrigin {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
  readonly 'sec-fetch-mode'?: string | string[] | undefined;
}

/**
 * For servers that listen on this machine alone, and trust its programs: a web page that somebody looks at runs on this
 * machine, too. It can send requests to any local port, and read the answers once a name of its own leads here (DNS rebinding).
 * Answers why the request is refused; undefined for programs, for pages of this machine, and for links that a person follows.
 */
export function foreignRequestFault(headers: RequestOrigin): string | undefined {
  const { host, origin } = headers;
  if (host !== undefined && !isLocal(`http://${host}`)) {
    return `expected the Host of this machine, such as 127.0.0.1 or localhost, found ${host}`;
  }
  if (origin !== undefined) {
    return isLocal(origin)
      ? undefined
      : `expected a program or a page of this machine, found a request of the page ${origin}`;
  }
  // Images and scripts of a page carry no Origin.
  const isOfPage = headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate';
  return isOfPage
    ? 'expected a program or a page of this machine, found a request of another page'
    : undefined;
}

function isLocal(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
