import { Args, type Interfaces } from '@oclif/core';
import { SOURCES } from '../../../../src/platforms/sources.ts';
import { apiPath } from '../../../lib/api-client.ts';
import { keepLastFlag } from '../../../lib/link-flags.ts';
import { withProgress } from '../../../lib/progress.ts';
import { atLeastOne, fieldFlags, readSettings, settingFlags } from '../../../lib/setting-flags.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

const CHANGES = SOURCES.map(({ command }) => command.changeFlags);

export default class SubscriptionsUpdate extends AppCommand {
  static override description = 'change how a subscription works; what is not named stays as it is';
  static override args = {
    sub_name_or_id: Args.string({ required: true, description: 'name or id of the subscription' }),
  };
  static override flags: Interfaces.FlagInput = atLeastOne(...CHANGES.map(settingFlags), {
    'keep-last': keepLastFlag,
  });
  static override fieldFlags = Object.assign({}, ...CHANGES.map(fieldFlags));
  static override examples = [
    '<%= config.bin %> events:subscriptions:update accountChange --on-invalid-cursor stop --repair -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SubscriptionsUpdate);
    const api = this.openApp(flags);
    const nameOrId = args['sub_name_or_id'];
    const changes = Object.assign(
      {},
      ...(await Promise.all(CHANGES.map((texts) => readSettings(texts, flags)))),
      { keep_last: flags['keep-last'] },
    );
    await withProgress(`Updating subscription ${nameOrId} on ${api.app}`, () =>
      api.request('PATCH', apiPath`/subscriptions/${nameOrId}`, changes),
    );
  }
}
