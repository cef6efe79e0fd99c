import { decodePercent } from '../../src/base/percent.ts';
import type { Route } from './route.ts';

export type Match =
  | { readonly kind: 'matched'; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

/** Finds the route of a path. The table is short: it is gone through. */
export function matchRoute(routes: readonly Route[], method: string, rawPath: string): Match {
  const segments = decodedSegments(rawPath);
  if (segments === undefined) return { kind: 'unknown' };
  const allowed: string[] = [];
  for (const route of routes) {
    const parameters = parametersOf(route.path, segments);
    if (parameters === undefined) continue;
    if (route.method === (method === 'HEAD' ? 'GET' : method)) return { kind: 'matched', route, parameters };
    allowed.push(...(route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]));
  }
  return allowed.length > 0 ? { kind: 'wrong-method', allowed } : { kind: 'unknown' };
}

/** Split before decoding, so that an encoded slash stays within its name. */
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
