import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/**
 * The session cookie. Over https its name begins with `__Host-`, so that a browser accepts it from this host only, with
 * `Secure` and `Path=/`. Cookies ignore ports: if there is one, the name contains it, so that two local runs do not end
 * each other's sessions.
 */
export class SessionCookie {
  readonly #name: string;
  readonly #attributes: string;

  /** @param publicApiUrl the address at which the browser reaches the service */
  constructor(publicApiUrl: string) {
    const { protocol, port } = new URL(publicApiUrl);
    const isSecure = protocol === 'https:';
    this.#name = `${isSecure ? '__Host-' : ''}sluice_console${port === '' ? '' : `_${port}`}`;
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  }

  /** The cookie that the browser sent; undefined if it sent none. */
  read({ cookies, headers }: APIGatewayProxyEventV2): string | undefined {
    // API Gateway passes cookies separately; a program in front of a function may leave them in the header.
    const pairs = cookies ?? headers['cookie']?.split(';') ?? [];
    const prefix = `${this.#name}=`;
    return pairs
      .map((pair) => pair.trim())
      .find((pair) => pair.startsWith(prefix))
      ?.slice(prefix.length);
  }

  set(value: string, seconds: number): string {
    return `${this.#name}=${value}; Max-Age=${seconds}; ${this.#attributes}`;
  }

  removed(): string {
    return this.set('', 0);
  }
}
