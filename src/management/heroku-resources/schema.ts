import * as v from 'valibot';
import { Id, knownValue, Time } from '../../domain/fields.ts';

/** The add-on resource for which an app was created. */
export const HerokuAddonResource = v.looseObject({
  id: v.pipe(Id, v.description("Heroku's id of the add-on")),
  name: v.pipe(v.string(), v.description('of the add-on, as Heroku gave it')),
  plan: v.string(),
  region: v.string(),
  grant: v.looseObject({
    state: knownValue(
      ['none', 'waiting', 'granted', 'lost'],
      'whether Sluice may set the config vars of the add-on: `lost` and `none` mean that this is done by hand',
    ),
    reason: v.optional(v.pipe(v.string(), v.description('of a lost one'))),
  }),
  config_vars: v.pipe(v.array(v.string()), v.description('names, as Sluice sets them')),
  former_credentials_until: v.optional(
    v.pipe(Time, v.description('until when the credentials before the last rotation are good')),
  ),
  config_vars_waiting: v.optional(
    v.pipe(v.boolean(), v.description('new credentials wait for Heroku to take them; the present ones stay')),
  ),
  created_at: Time,
});

export const HerokuRotation = v.looseObject({
  config_vars: v.pipe(v.array(v.string()), v.description('names of those that are replaced')),
  former_credentials_until: v.optional(
    v.pipe(Time, v.description('absent while Heroku has not taken the new ones')),
  ),
  reason: v.optional(
    v.pipe(v.string(), v.description('why Heroku has not taken them yet: they are sent again')),
  ),
});
