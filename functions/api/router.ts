import { decodePercent } from '../../src/base/percent.ts';
import type { Route } from './route.ts';

export type Match =
  | { readonly kind: 'matched'; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

/**
 * Finds the route of a path by a linear search, because the table is short. A literal segment is never a parameter of
 * another route.
 */
export function matchRoute(routes: readonly Route[], method: string, rawPath: string): Match {
  const segments = decodedSegments(rawPath);
  if (segments === undefined) return { kind: 'unknown' };
  const fitting = routes.flatMap((route) => {
    const parameters = parametersOf(route.path, segments);
    return parameters === undefined ? [] : [{ route, parameters, count: Object.keys(parameters).length }];
  });
  const fewest = Math.min(...fitting.map(({ count }) => count));
  const ofPath = fitting.filter(({ count }) => count === fewest);
  const found = ofPath.find(({ route }) => route.method === (method === 'HEAD' ? 'GET' : method));
  if (found !== undefined) return { kind: 'matched', route: found.route, parameters: found.parameters };
  const allowed = ofPath.flatMap(({ route }) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]));
  return allowed.length > 0 ? { kind: 'wrong-method', allowed } : { kind: 'unknown' };
}

/** Splits before decoding, so that an encoded slash stays within its name. */
function decodedSegments(rawPath: string): string[] | undefined {
  const segments = rawPath.replace(/\/$/, '').split('/').map(decodePercent);
  return segments.every((segment) => segment !== undefined) ? segments : undefined;
}

function parametersOf(pattern: string, segments: readonly string[]): Record<string, string> | undefined {
  const expected = pattern.split('/');
  if (expected.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) {
      if (segment === '') return undefined;
      parameters[part.slice(1, -1)] = segment;
    } else if (part !== segment) {
      return undefined;
    }
  }
  return parameters;
}
