import { type HttpHandler, json, serveHttp } from '../salesforce/http.ts';
import { Identity } from './identity.ts';
import { Logplex, NO_LOGPLEX_FAULTS } from './logplex.ts';
import { Partner } from './partner.ts';
import { Platform } from './platform.ts';
import { platformApi } from './platform-api.ts';
import type { HerokuFaults, HerokuSimulator, HerokuSimulatorOptions } from './simulator.ts';

export type { HerokuSimulator, SimulatedAddon } from './simulator.ts';

const NO_FAULTS: HerokuFaults = {
  identityDelayMs: 0,
  identityUnavailable: 0,
  identityAnswersLost: 0,
  platformUnavailable: 0,
  platformDelayMs: 0,
  withoutGrant: false,
  grantExpired: false,
  rotatesRefreshTokens: false,
  ...NO_LOGPLEX_FAULTS,
};

/** Plays Heroku for a service that is an add-on: README.md. */
export async function startHerokuSimulator(options: HerokuSimulatorOptions): Promise<HerokuSimulator> {
  const { host = '127.0.0.1', port = 0, addon, login = 'HRKU-simulated-login' } = options;
  const clock = options.clock ?? Date.now;
  const faults = { ...NO_FAULTS, ...options.faults };
  let url = '';
  const platform = new Platform(addon, clock);
  const partner = new Partner(platform, faults, () => url);
  const identity = new Identity(platform, faults);
  const logplex = new Logplex({ faults, appOf: (token) => platform.appOfLogToken(token) });
  const handlers: readonly HttpHandler[] = [
    logplex.handle,
    identity.handle,
    platformApi({ platform, partner, faults, login }),
    () => json(404, { id: 'not_found', message: 'The requested API endpoint was not found.' }),
  ];
  const server = await serveHttp(host, port, handlers);
  url = `http://${host}:${server.port}`;
  return {
    url,
    faults,
    login,
    partnerCalls: partner.calls,
    issued: identity.issued,
    createApp(name) {
      const { id } = platform.createApp(name);
      return { id, name };
    },
    configVars: (app) => Object.fromEntries(platform.app(app).vars),
    releases: (app) => platform.app(app).releases,
    createResource: async (resource) => platform.shown(await partner.create(resource)),
    async changePlan(name, plan) {
      const resource = platform.resource(name);
      await partner.changePlan(resource, plan);
      return platform.shown(resource);
    },
    async destroyResource(name) {
      const resource = platform.resource(name);
      await partner.destroy(resource);
      return platform.shown(resource);
    },
    attach(name, app, as) {
      const resource = platform.resource(name);
      platform.showConfig(resource, platform.attach(resource, platform.app(app), as));
    },
    resource: (name) => platform.shown(platform.resource(name)),
    partnerView(name) {
      const resource = platform.resource(name);
      return { config: Object.fromEntries(resource.config), logInputUrl: partner.logInputUrl(resource) };
    },
    ssoForm: (name, user) => partner.ssoForm(platform.resource(name), user),
    revokeAuthorization: (name) => platform.revoke(platform.resource(name)),
    logs: (app) => logplex.shown(app),
    tailLogs: (app, show) => logplex.tail(app, show),
    replaceLogUrl: (name) => platform.replaceLogToken(platform.resource(name)),
    logRequests: logplex.requests,
    close: () => {
      logplex.close();
      return server.close();
    },
  };
}
