import type { SimulatedAddon } from '../../simulators/heroku/index.ts';
import type { HerokuAddon } from '../../src/domain/heroku-resources/heroku-addon.ts';

export const HEROKU_ADDON: HerokuAddon = {
  slug: 'acme-events',
  configVarsPrefix: 'ACME_EVENTS',
  plans: ['test', 'premium'],
  regions: ['*'],
  password: 'a-password-of-32-characters-0123',
  ssoSalt: 'a-salt-of-the-single-sign-on-012',
  clientSecret: 'a-client-secret-of-the-portal-01',
};

/** The add-on file that a local run reads. */
export const HEROKU_ADDON_FILE = JSON.stringify({
  slug: HEROKU_ADDON.slug,
  plans: HEROKU_ADDON.plans,
  password: HEROKU_ADDON.password,
  sso_salt: HEROKU_ADDON.ssoSalt,
  client_secret: HEROKU_ADDON.clientSecret,
});

/** The same add-on, as Heroku knows it. @param origin of the service */
export function simulatedAddon(origin: string): SimulatedAddon {
  const { slug, password, ssoSalt, clientSecret } = HEROKU_ADDON;
  return {
    slug,
    password,
    ssoSalt,
    clientSecret,
    configVars: ['API_URL', 'API_TOKEN', 'PUBLISH_URL', 'SUBSCRIBE_URL'].map((name) => `ACME_EVENTS_${name}`),
    baseUrl: `${origin}/heroku/resources`,
    ssoUrl: `${origin}/heroku/sso`,
  };
}
