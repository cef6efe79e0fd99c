import { timeText } from '../../../src/base/calendar.ts';
import { HEROKU_CONFIG_VARS, type HerokuAddon } from '../../../src/domain/heroku-resources/heroku-addon.ts';
import type { HerokuResource } from '../../../src/domain/heroku-resources/heroku-resource.ts';
import { noHerokuResource } from '../../../src/management/heroku-resources/no-heroku-resource.ts';
import { HerokuAddonResource, HerokuRotation } from '../../../src/management/heroku-resources/schema.ts';
import { answered, appRoute, type Route } from '../route.ts';
import type { Shown } from '../shown.ts';

export const HEROKU_ROUTES: readonly Route[] = [
  appRoute({
    method: 'GET',
    path: '/v1/tenants/{app}/heroku',
    id: 'showHerokuAddon',
    summary: 'The add-on of Heroku that the app was made for',
    answer: { status: 200, schema: HerokuAddonResource },
    problems: [],
    async run(_input, app, { herokuAddon, herokuResources }) {
      const addon = await herokuAddon();
      const resource = await herokuResources.ofApp(app.id);
      if (addon === undefined || resource === undefined) return noHerokuResource(app);
      return answered(resourceObject(resource, addon));
    },
  }),
  appRoute({
    method: 'POST',
    path: '/v1/tenants/{app}/heroku/rotations',
    id: 'rotateHerokuCredentials',
    summary:
      'Replace the token and the credentials in the config vars of the add-on; the former ones stay good for two hours, because Heroku restarts apps one by one',
    answer: { status: 201, schema: HerokuRotation },
    problems: ['limit-reached', 'unprocessable', 'try-again'],
    async run(_input, app, dependencies) {
      // Loaded on first use, like everything for Heroku.
      const { rotateCredentials } = await import(
        '../../../src/management/heroku-resources/rotate-credentials.ts'
      );
      const outcome = await rotateCredentials(dependencies, await dependencies.herokuAddon(), app);
      if (outcome.kind === 'refused') return outcome;
      const { names, formerEndAtMs, message } = outcome;
      return answered({
        config_vars: names,
        former_credentials_until: formerEndAtMs === undefined ? undefined : timeText(formerEndAtMs),
        reason: message,
      });
    },
  }),
];

function resourceObject(
  { uuid, addonName, plan, region, grant, rotation, createdAtMs }: HerokuResource,
  { configVarsPrefix }: HerokuAddon,
): Shown<typeof HerokuAddonResource> {
  return {
    id: uuid,
    name: addonName,
    plan,
    region,
    grant: { state: grant.state, reason: grant.state === 'lost' ? grant.reason : undefined },
    config_vars: HEROKU_CONFIG_VARS.map((name) => `${configVarsPrefix}_${name}`),
    former_credentials_until: rotation?.isSent === true ? timeText(rotation.tryAtMs) : undefined,
    config_vars_waiting: rotation?.isSent === false ? true : undefined,
    created_at: timeText(createdAtMs),
  };
}
