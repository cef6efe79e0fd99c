import { useEffect, useState } from 'preact/hooks';

/**
 * The page's location: `#/<app>/<view>/<segment>…?<query>`. It is in the fragment, so that every address is the one file
 * `/console/`.
 */
export interface Route {
  /** Name of the app; undefined before one is chosen. */
  readonly app: string | undefined;
  readonly view: string;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

export type Query = Readonly<Record<string, string | undefined>>;

export const FIRST_VIEW = 'flow';

/**
 * A fragment that does not begin with `#/` is no address: it is a link's code, which must not be shown as the name of
 * an app.
 */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.startsWith('#/') ? hash.slice(2).split('?', 2) : [];
  const [app, view = FIRST_VIEW, ...segments] = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decoded);
  return { app, view, segments, query: new URLSearchParams(query) };
}

/** The address of a view of an app, for `href`. */
export function href(app: string, view: string, segments: readonly string[] = [], query: Query = {}): string {
  const path = [app, view, ...segments].map(encodeURIComponent).join('/');
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, value);
  }
  return `#/${path}${search.size === 0 ? '' : `?${search}`}`;
}

export function go(address: string): void {
  location.hash = address;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}

/** A part with invalid percent-encoding is taken literally: people edit addresses. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
