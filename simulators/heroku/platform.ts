import { randomBytes, randomUUID } from 'node:crypto';
import {
  HerokuRefusal,
  type SimulatedAddon,
  type SimulatedApp,
  type SimulatedResource,
} from './simulator.ts';

/** The lifetime of a grant's code. */
const CODE_MS = 5 * 60_000;
/** The only recorded answer says 28,799. */
export const ACCESS_SECONDS = 28_799;

export interface Attachment {
  readonly id: string;
  readonly app: AppState;
  readonly name: string;
}

export interface AppState extends SimulatedApp {
  readonly vars: Map<string, string>;
  releases: number;
}

export interface ResourceState {
  readonly uuid: string;
  readonly name: string;
  readonly owner: AppState;
  readonly region: string;
  plan: string;
  state: SimulatedResource['state'];
  message: string | undefined;
  /** Under the service's own names. */
  readonly config: Map<string, string>;
  readonly attachments: Attachment[];
  grant: { readonly code: string; readonly expiresAtMs: number; used: boolean } | undefined;
  /** Undefined once it is revoked. */
  refreshToken: string | undefined;
  /** Access tokens and their expiry times. */
  readonly accessTokens: Map<string, number>;
  /** The token in the user info of the log input URL. */
  logToken: string;
}

/** Colours that name the further attachments of a service. */
const COLOURS = ['JADE', 'CYAN', 'AMBER', 'COBALT', 'OLIVE', 'PURPLE'];

/** Heroku's state: apps, resources, attachments and tokens. */
export class Platform {
  readonly addon: SimulatedAddon;
  readonly prefix: string;
  readonly requires: readonly string[];
  readonly clock: () => number;
  readonly apps = new Map<string, AppState>();
  readonly resources = new Map<string, ResourceState>();

  constructor(addon: SimulatedAddon, clock: () => number) {
    this.addon = addon;
    this.prefix = addon.configVarsPrefix ?? addon.slug.toUpperCase().replaceAll('-', '_');
    this.requires = addon.requires ?? ['log_input', 'attachable', 'many_per_app'];
    this.clock = clock;
  }

  createApp(name: string): AppState {
    if (this.apps.has(name)) throw new HerokuRefusal(422, 'invalid_params', `Name ${name} is already taken`);
    const app: AppState = { id: randomUUID(), name, vars: new Map(), releases: 0 };
    this.apps.set(name, app);
    return app;
  }

  app(idOrName: string): AppState {
    const app = this.apps.get(idOrName) ?? [...this.apps.values()].find(({ id }) => id === idOrName);
    if (app === undefined) throw new HerokuRefusal(404, 'not_found', `Couldn't find that app: ${idOrName}.`);
    return app;
  }

  resource(uuidOrName: string): ResourceState {
    const found =
      this.resources.get(uuidOrName) ??
      [...this.resources.values()].find(({ name }) => name === uuidOrName) ??
      [...this.resources.values()].find(({ attachments }) =>
        attachments.some(({ name }) => name === uuidOrName),
      );
    if (found === undefined) {
      throw new HerokuRefusal(404, 'not_found', `Couldn't find that add-on: ${uuidOrName}.`);
    }
    return found;
  }

  newResource(
    app: AppState,
    given: {
      readonly plan: string;
      readonly region: string;
      readonly name?: string | undefined;
      readonly uuid?: string | undefined;
    },
    grant: { readonly withoutGrant: boolean; readonly expired: boolean },
  ): ResourceState {
    const uuid = given.uuid ?? randomUUID();
    const nowMs = this.clock();
    const resource: ResourceState = {
      uuid,
      name: given.name ?? `${this.addon.slug}-horizontal-${randomBytes(3).readUIntBE(0, 3) % 100_000}`,
      owner: app,
      region: given.region,
      plan: given.plan,
      state: 'provisioning',
      message: undefined,
      config: new Map(),
      attachments: [],
      grant: grant.withoutGrant
        ? undefined
        : { code: randomUUID(), expiresAtMs: nowMs + (grant.expired ? -1_000 : CODE_MS), used: false },
      refreshToken: undefined,
      accessTokens: new Map(),
      logToken: newLogToken(),
    };
    this.resources.set(uuid, resource);
    return resource;
  }

  /** The first attachment of a service is named after its prefix, further ones after a colour. */
  attach(resource: ResourceState, app: AppState, as: string | undefined): Attachment {
    const taken = new Set(this.attachmentsOf(app).map(({ name }) => name));
    const free = [this.prefix, ...COLOURS.map((colour) => `${this.prefix}_${colour}`)];
    const name = as?.toUpperCase().replaceAll('-', '_') ?? free.find((each) => !taken.has(each));
    if (name === undefined || taken.has(name)) {
      throw new HerokuRefusal(
        422,
        'invalid_params',
        `Attachment name ${String(name)} is already taken on ${app.name}`,
      );
    }
    const attachment = { id: randomUUID(), app, name };
    resource.attachments.push(attachment);
    return attachment;
  }

  attachmentsOf(app: AppState): (Attachment & { readonly resource: ResourceState })[] {
    return [...this.resources.values()].flatMap((resource) =>
      resource.attachments
        .filter((attachment) => attachment.app === app)
        .map((attachment) => ({ ...attachment, resource })),
    );
  }

  /** Replaces the service's prefix by the attachment's name, as Heroku does: one release per app. */
  setConfig(resource: ResourceState, config: Readonly<Record<string, string | null>>): void {
    for (const [name, value] of Object.entries(config)) {
      if (value === null) resource.config.delete(name);
      else resource.config.set(name, value);
    }
    for (const app of new Set(resource.attachments.map((each) => each.app))) {
      for (const attachment of resource.attachments.filter((each) => each.app === app)) {
        for (const [name, value] of Object.entries(config)) {
          const here = `${attachment.name}${name.slice(this.prefix.length)}`;
          if (value === null) app.vars.delete(here);
          else app.vars.set(here, value);
        }
      }
      app.releases += 1;
    }
  }

  /** Sets the config vars of a new attachment. */
  showConfig(resource: ResourceState, { app, name }: Attachment): void {
    for (const [variable, value] of resource.config) {
      app.vars.set(`${name}${variable.slice(this.prefix.length)}`, value);
    }
    app.releases += 1;
  }

  remove(resource: ResourceState): void {
    for (const { app, name } of resource.attachments) {
      for (const variable of resource.config.keys()) {
        app.vars.delete(`${name}${variable.slice(this.prefix.length)}`);
      }
      app.releases += 1;
    }
    resource.attachments.splice(0);
    resource.config.clear();
    resource.state = 'deprovisioned';
    this.revoke(resource);
  }

  /** Only for an existing resource; the service may still write while it is being removed. */
  appOfLogToken(token: string): string | undefined {
    const resource = [...this.resources.values()].find((each) => each.logToken === token);
    return resource === undefined || resource.state === 'deprovisioned' ? undefined : resource.owner.name;
  }

  replaceLogToken(resource: ResourceState): void {
    resource.logToken = newLogToken();
  }

  revoke(resource: ResourceState): void {
    resource.refreshToken = undefined;
    resource.accessTokens.clear();
    if (resource.grant !== undefined) resource.grant.used = true;
  }

  /** The fault of config vars by the rules of the manifest; undefined if there is none. */
  configFault(config: Readonly<Record<string, unknown>>): string | undefined {
    for (const [name, value] of Object.entries(config)) {
      if (!this.addon.configVars.includes(name)) return `${name} is not in the manifest`;
      if (!/^[A-Z][0-9A-Z_]+$/.test(name) || !name.startsWith(`${this.prefix}_`))
        return `${name} is no name of a config var`;
      if (typeof value !== 'string') return `${name} is not a string`;
      if (name.endsWith('_URL') && !(URL.canParse(value) && new URL(value).host !== ''))
        return `${name} is no URL`;
    }
    return undefined;
  }

  shown({ uuid, name, plan, region, state, owner, message }: ResourceState): SimulatedResource {
    return { uuid, name, plan, region, state, app: owner.name, message };
  }
}

function newLogToken(): string {
  return `t.${randomUUID()}`;
}
