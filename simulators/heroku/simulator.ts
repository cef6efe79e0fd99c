import type { LogplexFaults, LogplexRequest } from './logplex.ts';

// The interface of the simulator. What is known of Heroku and what is guessed: README.md.

/** The add-on as its manifest and the Partner Portal have it. */
export interface SimulatedAddon {
  /** `id` of the manifest: the slug, and the user of Basic authentication. */
  readonly slug: string;
  readonly password: string;
  readonly ssoSalt: string;
  /** From the Partner Portal. */
  readonly clientSecret: string;
  /** Slug in upper case with `_` for `-`, unless given. */
  readonly configVarsPrefix?: string;
  /** Names with the prefix, as the manifest lists them. */
  readonly configVars: readonly string[];
  /** Such as `https://svc.example/heroku/resources`. */
  readonly baseUrl: string;
  readonly ssoUrl: string;
  /** `log_input`, `attachable`, `many_per_app`, unless given. */
  readonly requires?: readonly string[];
}

export interface HerokuSimulatorOptions {
  /** 127.0.0.1 unless given. */
  readonly host?: string;
  /** 0 or absent: any. */
  readonly port?: number;
  readonly addon: SimulatedAddon;
  /** Milliseconds since 1970; the system's unless given. */
  readonly clock?: () => number;
  readonly faults?: Partial<HerokuFaults>;
  /** The login of the person at the Heroku CLI. */
  readonly login?: string;
}

/** What goes wrong, until it is set otherwise. A number counts down to 0 as it is used. */
export interface HerokuFaults extends LogplexFaults {
  /** id.heroku.com waits so long before it looks at a request. */
  identityDelayMs: number;
  /** As many token requests are answered 503, without being looked at. */
  identityUnavailable: number;
  /** As many token requests are done, and their answers lost. */
  identityAnswersLost: number;
  /** As many requests of partners to the Platform API are answered 503. */
  platformUnavailable: number;
  /** The Platform API waits so long. */
  platformDelayMs: number;
  /** Provisioning comes without a grant. */
  withoutGrant: boolean;
  /** A grant's code has expired when it is sent. */
  grantExpired: boolean;
  /** A refresh is answered with a new refresh token, and the former is void. */
  rotatesRefreshTokens: boolean;
}

export interface SimulatedApp {
  readonly id: string;
  readonly name: string;
}

export interface SimulatedResource {
  readonly uuid: string;
  /** Such as `herokuevents-horizontal-01234`. */
  readonly name: string;
  readonly plan: string;
  readonly region: string;
  readonly state: 'provisioning' | 'provisioned' | 'deprovisioned';
  /** The name of the app that owns it. */
  readonly app: string;
  /** What the service said, for the person. */
  readonly message: string | undefined;
}

export interface NewResource {
  /** The name of the app. */
  readonly app: string;
  /** `test` unless given. */
  readonly plan?: string;
  readonly region?: string;
  /** `--as`: what the config vars begin with in the app. */
  readonly as?: string;
  readonly name?: string;
  /** `-- --key value`. */
  readonly options?: Readonly<Record<string, string | boolean>>;
  /** The resource's uuid, to send a request that was sent before. */
  readonly uuid?: string;
}

/** What Heroku asked of the service, and what came back. */
export interface PartnerCall {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly status: number;
  readonly answer: string;
}

/** A refusal as the Platform API says it. */
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
  /** `heroku addons:attach --as`. Nothing of it is sent to the service. */
  attach(resource: string, app: string, as?: string): void;
  resource(uuidOrName: string): SimulatedResource;
  /** The config of a resource as the service set it, with its own names; `logInputUrl` as it was sent. */
  partnerView(resource: string): {
    readonly config: Readonly<Record<string, string>>;
    readonly logInputUrl: string;
  };
  /** The form that the browser of a person posts; `user` for somebody else than the usual. */
  ssoForm(resource: string, user?: { readonly id: string; readonly email: string }): SsoForm;
  /** The person revokes what the service may do: its tokens are void. */
  revokeAuthorization(resource: string): void;
  /** What `heroku logs` shows of the app. */
  logs(app: string): readonly string[];
  /** `heroku logs --tail`: each line that comes from now on. Answers what ends it. */
  tailLogs(app: string, show: (line: string) => void): () => void;
  /** The log input of the resource gets another URL: the one that the service has is void. */
  replaceLogUrl(resource: string): void;
  /** What came for the logs, oldest first. */
  readonly logRequests: readonly LogplexRequest[];
  /** Oldest first. */
  readonly partnerCalls: readonly PartnerCall[];
  /** How often a grant was exchanged, and a token refreshed, that is: answered with a token. */
  readonly issued: { exchanged: number; refreshed: number };
  close(): Promise<void>;
}

export interface SsoForm {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}
