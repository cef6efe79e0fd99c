import * as v from 'valibot';
import { HerokuRotation } from '../../../../src/management/heroku-resources/schema.ts';
import { expectShape } from '../../../lib/api-client.ts';
import { json } from '../../../lib/display.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand, createdJsonFlag } from '../../../lib/sluice-command.ts';

export default class EventsAddonRotate extends AppCommand {
  static override description =
    'replace the credentials in the config vars of the add-on. Heroku restarts every app that has it; the former ones work for two more hours.';
  static override flags = { json: createdJsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(EventsAddonRotate);
    const api = this.openApp(flags);
    const answer = await withProgress(`Replacing the config vars of ${api.app}`, () =>
      api.request('POST', '/heroku/rotations'),
    );
    const { former_credentials_until: until, reason } = expectShape(
      v.partial(HerokuRotation),
      answer,
      'the rotation',
    );
    if (flags.json) return this.log(json(answer));
    this.log(
      until === undefined
        ? `The new credentials are made, and wait for Heroku to take them (${reason ?? 'no answer'}). They are sent again by themselves; the former ones work until two hours after that.`
        : `Heroku has the new credentials. The former ones work until ${until}.`,
    );
  }
}
