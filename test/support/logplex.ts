import { Logplex, type LogplexFaults, NO_LOGPLEX_FAULTS } from '../../simulators/heroku/logplex.ts';
import { serveHttp } from '../../simulators/salesforce/http.ts';

/** The simulated Logplex alone, over real HTTP. A valid token names its app: it is `t.` followed by the app. */
export interface ListeningLogplex extends AsyncDisposable {
  readonly logplex: Logplex;
  readonly faults: LogplexFaults;
  /** Revoked tokens. */
  readonly revoked: Set<string>;
  /** A log input URL, with its token. */
  urlOf(token: string): string;
}

export async function startLogplex(): Promise<ListeningLogplex> {
  const faults = { ...NO_LOGPLEX_FAULTS };
  const revoked = new Set<string>();
  const logplex = new Logplex({
    faults,
    appOf: (token) => (revoked.has(token) || !token.startsWith('t.') ? undefined : token.slice(2)),
  });
  const server = await serveHttp('127.0.0.1', 0, [logplex.handle]);
  return {
    logplex,
    faults,
    revoked,
    urlOf: (token) => `http://token:${token}@127.0.0.1:${server.port}/logs`,
    async [Symbol.asyncDispose]() {
      logplex.close();
      await server.close();
    },
  };
}
