import { createServer, type Server } from 'node:http';

/** An app of the simulated Heroku. */
export interface HerokuApp {
  readonly vars: Readonly<Record<string, string>>;
  readonly attachments?: readonly { readonly name: string; readonly addon: { readonly name: string } }[];
}

/**
 * The part of Heroku's Platform API that the plugin uses, over HTTP: the config vars and attachments of apps, for a logged-in
 * user. Assert what was requested, and what the plugin makes of the answers.
 */
export class HerokuPlatformApi {
  readonly #server: Server;
  readonly #token: string;
  readonly apps = new Map<string, HerokuApp>();
  /** Method and path of each request, in order. */
  readonly requests: string[] = [];

  constructor(token: string) {
    this.#token = token;
    this.#server = createServer(({ method = '', url = '', headers }, response) => {
      this.requests.push(`${method} ${url}`);
      const { status, body } = this.#answer(method, url, headers.accept, headers.authorization);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  }

  #answer(
    method: string,
    url: string,
    accept: string | undefined,
    authorization: string | undefined,
  ): Answer {
    if (accept !== 'application/vnd.heroku+json; version=3') {
      return problem(404, 'not_found', 'The requested API endpoint was not found.');
    }
    if (authorization !== `Bearer ${this.#token}`) {
      return problem(401, 'unauthorized', 'Invalid credentials provided.');
    }
    const [, name = '', part] = /^\/apps\/([^/]+)\/(config-vars|addon-attachments)$/.exec(url) ?? [];
    const app = this.apps.get(name);
    if (method !== 'GET' || app === undefined) return problem(404, 'not_found', "Couldn't find that app.");
    return { status: 200, body: part === 'config-vars' ? app.vars : (app.attachments ?? []) };
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('expected a listening server');
    return `http://127.0.0.1:${address.port}`;
  }
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function problem(status: number, id: string, message: string): Answer {
  return { status, body: { id, message } };
}
