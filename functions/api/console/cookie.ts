import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/**
 * The cookie of a session. With https its name begins with `__Host-`, by which a browser takes it from this host alone and
 * only with `Secure` and `Path=/`. Cookies know no ports: where there is one, it is in the name, so that two local runs do not
 * end each other's sessions.
 */
export class SessionCookie {
  readonly #name: string;
  readonly #attributes: string;

  /** @param publicApiUrl where the browser reaches the service */
  constructor(publicApiUrl: string) {
    const { protocol, port } = new URL(publicApiUrl);
    const isSecure = protocol === 'https:';
    this.#name = `${isSecure ? '__Host-' : ''}sluice_console${port === '' ? '' : `_${port}`}`;
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  }

  /** What the browser shows; undefined when it shows none. */
  read({ cookies, headers }: APIGatewayProxyEventV2): string | undefined {
    // API Gateway gives them apart; a program in front of a function may leave them in the header.
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
