import type { LogplexFaults, LogplexRequest } from './logplex.ts';

// The interface of the simulator. README.md says what is known of Heroku and what is guessed.

/** The add-on as described in its manifest and the Partner Portal. */
export interface SimulatedAddon {
  /** The manifest's `id`: the slug, and the user of Basic authentication. */
  readonly slug: string;
  readonly password: string;
  readonly ssoSalt: string;
  /** From the Partner Portal. */
  readonly clientSecret: string;
  /** Defaults to the slug in upper case with `_` for `-`. */
  readonly configVarsPrefix?: string;
  /** The names with the prefix, as in the manifest. */
  readonly configVars: readonly string[];
  /** For example `https://svc.example/heroku/resources`. */
  readonly baseUrl: string;
  readonly ssoUrl: string;
  /** Defaults to `log_input`, `attachable`, `many_per_app`. */
  readonly requires?: readonly string[];
}

export interface HerokuSimulatorOptions {
  /** Defaults to 127.0.0.1. */
  readonly host?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly addon: SimulatedAddon;
  /** Milliseconds since 1970; defaults to the system's clock. */
  readonly clock?: () => number;
  readonly faults?: Partial<HerokuFaults>;
  /** The login of the person at the Heroku CLI. */
  readonly login?: string;
}

/** Faults, in force until they are changed. A number counts down to 0 as it is used. */
export interface HerokuFaults extends LogplexFaults {
  /** The delay before id.heroku.com looks at a request. */
  identityDelayMs: number;
  /** The next token requests are answered 503 without being read. */
  identityUnavailable: number;
  /** The next token requests are carried out and their answers lost. */
  identityAnswersLost: number;
  /** The partner's next requests to the Platform API are answered 503. */
  platformUnavailable: number;
  /** The delay of the Platform API. */
  platformDelayMs: number;
  /** Provisioning requests contain no grant. */
  withoutGrant: boolean;
  /** A grant's code has expired when it is sent. */
  grantExpired: boolean;
  /** A refresh returns a new refresh token and revokes the former one. */
  rotatesRefreshTokens: boolean;
}

export interface SimulatedApp {
  readonly id: string;
  readonly name: string;
}

export interface SimulatedResource {
  readonly uuid: string;
  /** For example `herokuevents-horizontal-01234`. */
  readonly name: string;
  readonly plan: string;
  readonly region: string;
  readonly state: 'provisioning' | 'provisioned' | 'deprovisioned';
  /** The name of the app that owns it. */
  readonly app: string;
  /** The service's message for the person. */
  readonly message: string | undefined;
}

export interface NewResource {
  /** The name of the app. */
  readonly app: string;
  /** Defaults to `test`. */
  readonly plan?: string;
  readonly region?: string;
  /** `--as`: the prefix of the config vars in the app. */
  readonly as?: string;
  readonly name?: string;
  /** `-- --key value`. */
  readonly options?: Readonly<Record<string, string | boolean>>;
  /** The resource's uuid, to repeat an earlier request. */
  readonly uuid?: string;
}

/** A request of Heroku to the service, with its answer. */
export interface PartnerCall {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly status: number;
  readonly answer: string;
}

/** A refusal in the Platform API's words. */
export class HerokuRefusal extends Error {
  override readonly name = 'HerokuRefusal';
  readonly status: number;
  readonly id: string;

  constructor(status: number, id: string, message: string) {
    super(message);
    this.status = status;
    this.id = id;
  }
}

export interface HerokuSimulator {
  /** Plays api.heroku.com, id.heroku.com and, for `log_input`, the host of Logplex. */
  readonly url: string;
  readonly faults: HerokuFaults;
  /** The person's login for the Platform API. */
  readonly login: string;
  createApp(name: string): SimulatedApp;
  configVars(app: string): Readonly<Record<string, string>>;
  /** How often the config of an app changed: each is a release, and a restart. */
  releases(app: string): number;
  /** `heroku addons:create`. Throws `HerokuRefusal`. */
  createResource(resource: NewResource): Promise<SimulatedResource>;
  /** `heroku addons:upgrade`. Throws `HerokuRefusal`. */
  changePlan(resource: string, plan: string): Promise<SimulatedResource>;
  /** `heroku addons:destroy`. Throws `HerokuRefusal`. */
  destroyResource(resource: string): Promise<SimulatedResource>;
  /** `heroku addons:attach --as`. The service is not told. */
  attach(resource: string, app: string, as?: string): void;
  resource(uuidOrName: string): SimulatedResource;
  /** The config of a resource as the service set it, under its own names; `logInputUrl` as it was sent. */
  partnerView(resource: string): {
    readonly config: Readonly<Record<string, string>>;
    readonly logInputUrl: string;
  };
  /** The form that a person's browser posts; `user` for a person other than the default one. */
  ssoForm(resource: string, user?: { readonly id: string; readonly email: string }): SsoForm;
  /** The person revokes the service's authorization: its tokens become invalid. */
  revokeAuthorization(resource: string): void;
  /** The app's output of `heroku logs`. */
  logs(app: string): readonly string[];
  /** `heroku logs --tail`: each new line. Returns a function that ends it. */
  tailLogs(app: string, show: (line: string) => void): () => void;
  /** Gives the resource another log input URL: the service's one becomes invalid. */
  replaceLogUrl(resource: string): void;
  /** The requests to the logs, oldest first. */
  readonly logRequests: readonly LogplexRequest[];
  /** Oldest first. */
  readonly partnerCalls: readonly PartnerCall[];
  /** How often a grant was exchanged and a token refreshed, counting only requests that were answered with a token. */
  readonly issued: { exchanged: number; refreshed: number };
  close(): Promise<void>;
}

export interface SsoForm {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}
