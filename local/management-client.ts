import { isJsonObject } from '../src/base/json.ts';

/** The management API as the local run uses it. */
export class ManagementClient {
  readonly origin: string;
  readonly #token: string;

  constructor(origin: string, token: string) {
    this.origin = origin;
    this.#token = token;
  }

  /** Throws with the API's message when it refuses. */
  async post(path: string, body: object): Promise<Record<string, unknown>> {
    const { status, object } = await this.#request('POST', path, body);
    if (status >= 300) throw new Error(`POST ${path}: ${String(object['message'] ?? status)}`);
    return object;
  }

  /** Removes the resource, if it exists. Throws with the API's message when it refuses. */
  async remove(path: string): Promise<void> {
    const { status, object } = await this.#request('DELETE', path);
    if (status >= 300 && status !== 404) {
      throw new Error(`DELETE ${path}: ${String(object['message'] ?? status)}`);
    }
  }

  /** Creates the resource, or returns the existing one with its name (or alias). */
  async ensure(
    path: string,
    body: { readonly name: string } | { readonly alias: string; readonly [field: string]: unknown },
  ): Promise<{ readonly made: boolean; readonly resource: Record<string, unknown> }> {
    const name = 'name' in body ? String(body.name) : String(body.alias);
    const resourcePath = `${path.replace(/\/platforms\/[^/]+/, '')}/${encodeURIComponent(name)}`;
    const found = await this.#request('GET', resourcePath);
    if (found.status === 200) return { made: false, resource: found.object };
    return { made: true, resource: await this.post(path, body) };
  }

  async #request(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly object: Record<string, unknown> }> {
    const response = await fetch(`${this.origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    return { status: response.status, object: isJsonObject(answer) ? answer : {} };
  }
}
