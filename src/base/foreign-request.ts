/** The headers in which a browser states a request's origin and the server name that it used. */
export interface RequestOrigin {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
  readonly 'sec-fetch-mode'?: string | string[] | undefined;
}

/**
 * For servers that listen only on this machine and trust its programs. Any web page open in a browser here can also
 * send requests to local ports, and read the answers once one of its own names resolves here (DNS rebinding). Returns
 * why the request is refused; undefined for programs, for local pages, and for links that a person follows.
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
  // Requests for a page's images and scripts carry no Origin.
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
