import * as v from 'valibot';
import { expectShape } from '../api-client.ts';
import { Failure } from '../failure.ts';
import { jsonOrUndefined } from '../json-or-undefined.ts';

const REQUEST_TIMEOUT_MS = 30_000;
/** The hosts to which the Heroku CLI itself sends a login. */
const HEROKU_HOST = /^([\w-]+\.)*(heroku\.com|herokai\.com|herokuspace\.com|herokudev\.com)$/;
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

const ConfigVars = v.record(v.string(), v.string());
const Attachments = v.array(v.looseObject({ name: v.string(), addon: v.looseObject({ name: v.string() }) }));

/** An add-on's name in an app, with which its config vars begin. */
export type Attachment = v.InferOutput<typeof Attachments>[number];

const HerokuProblem = v.looseObject({ id: v.optional(v.string()), message: v.string() });

/** The plugin's requests to Heroku's Platform API, with the person's login, which goes nowhere else. */
export class HerokuApi {
  readonly #origin: string;
  readonly #token: string;
  readonly #userAgent: string;

  /** @param host the value of HEROKU_HOST: a host of Heroku's, or the URL of one */
  constructor(token: string, host: string | undefined, userAgent: string) {
    this.#origin = originOf(host);
    this.#token = token;
    this.#userAgent = userAgent;
  }

  /** All config vars of the app: Heroku offers no way to ask for some of them. */
  configVars(app: string): Promise<Readonly<Record<string, string>>> {
    return this.#get(`/apps/${encodeURIComponent(app)}/config-vars`, ConfigVars);
  }

  attachments(app: string): Promise<readonly Attachment[]> {
    return this.#get(`/apps/${encodeURIComponent(app)}/addon-attachments`, Attachments);
  }

  async #get<const S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#origin}${path}`, {
        headers: {
          accept: 'application/vnd.heroku+json; version=3',
          authorization: `Bearer ${this.#token}`,
          'user-agent': this.#userAgent,
        },
        redirect: 'error',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      const { cause } = error instanceof Error ? error : {};
      throw new Failure(
        `cannot reach ${this.#origin} (${cause instanceof Error ? cause.message : String(error)}): check the network`,
      );
    }
    const answer = jsonOrUndefined(text);
    if (response.ok) {
      if (answer === undefined) {
        // Quote none of the text: it may be half of an app's config vars.
        throw new Failure(
          `Heroku: expected JSON from GET ${this.#origin}${path}, found ${text.length} characters of ${response.headers.get('content-type') ?? 'no content type'}: check for a proxy in between`,
        );
      }
      return expectShape(schema, answer, `GET ${path} of Heroku`);
    }
    const problem = v.safeParse(HerokuProblem, answer);
    const said = problem.success ? problem.output.message : `HTTP status ${response.status}`;
    throw new Failure(`Heroku: ${said}${response.status === 401 ? '\nLog in with heroku login.' : ''}`);
  }
}

function originOf(host = 'heroku.com'): string {
  const text = /^https?:/.test(host) ? host : `https://api.${host}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHerokus = url?.protocol === 'https:' && HEROKU_HOST.test(url.hostname);
  if (url === undefined || !(isHerokus || LOOPBACK.test(url.hostname))) {
    throw new Failure(
      `HEROKU_HOST: expected a host of Heroku such as heroku.com, found ${JSON.stringify(host)}: a Heroku login goes nowhere else`,
    );
  }
  return url.origin;
}
