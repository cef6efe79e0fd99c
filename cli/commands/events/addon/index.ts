import { HerokuAddonResource } from '../../../../src/management/heroku-resources/schema.ts';
import { expectShape } from '../../../lib/api-client.ts';
import { header, json, keyValues } from '../../../lib/display.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class EventsAddon extends AppCommand {
  static override description = 'show the add-on of Heroku that an app was made for';
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(EventsAddon);
    const api = this.openApp(flags);
    const answer = await api.request('GET', '/heroku');
    const addon = expectShape(reading(HerokuAddonResource), answer, 'the add-on');
    if (flags.json) return this.log(json(answer));
    const { name, id, plan, region, grant, config_vars: names = [] } = addon;
    this.log(header(`Add-on ${name === '' ? id : name}`));
    this.log(
      keyValues({
        id,
        plan,
        region,
        config_vars: names.join(', '),
        set_by_sluice:
          grant?.state === 'lost' ? `no: ${grant.reason ?? 'the grant is lost'}` : GRANTS[grant?.state ?? ''],
        former_credentials_until: addon.former_credentials_until,
        new_credentials: addon.config_vars_waiting === true ? 'wait for Heroku to take them' : undefined,
        created: addon.created_at,
      }),
    );
  }
}

const GRANTS: Readonly<Record<string, string>> = {
  granted: 'yes',
  waiting: 'soon: the grant of Heroku is being exchanged',
  none: 'no: Heroku sent no grant',
};
