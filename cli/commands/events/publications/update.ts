import { Args, Flags, type Interfaces } from '@oclif/core';
import { TARGETS } from '../../../../src/platforms/targets.ts';
import { apiPath } from '../../../lib/api-client.ts';
import { expectCommasInRetry, indexAttemptsFlag, rateLimitFlag, retryFlag } from '../../../lib/link-flags.ts';
import { withProgress } from '../../../lib/progress.ts';
import { atLeastOne, fieldFlags, readSettings, settingFlags } from '../../../lib/setting-flags.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

const CHANGES = TARGETS.map(({ command }) => command.changeFlags);

export default class PublicationsUpdate extends AppCommand {
  static override description =
    'change where and how a publication delivers; what is not named stays as it is';
  static override args = {
    pub_name_or_id: Args.string({ required: true, description: 'name or id of the publication' }),
  };
  static override flags: Interfaces.FlagInput = atLeastOne(...CHANGES.map(settingFlags), {
    retry: retryFlag,
    'no-retry': Flags.boolean({ description: 'back to the usual retry schedule', exclusive: ['retry'] }),
    'rate-limit': rateLimitFlag,
    'no-rate-limit': Flags.boolean({ description: 'no rate limit', exclusive: ['rate-limit'] }),
    'index-attempts': indexAttemptsFlag,
  });
  static override fieldFlags = Object.assign({}, ...CHANGES.map(fieldFlags));
  static override examples = ['<%= config.bin %> events:publications:update orders --via rest -a my-app'];

  async run(): Promise<void> {
    expectCommasInRetry(this.argv);
    const { args, flags } = await this.parse(PublicationsUpdate);
    const api = this.openApp(flags);
    const nameOrId = args['pub_name_or_id'];
    const changes = Object.assign(
      {},
      ...(await Promise.all(CHANGES.map((texts) => readSettings(texts, flags)))),
    );
    const retry = flags['no-retry'] === true ? null : flags['retry'];
    const index_attempts = flags['index-attempts'];
    const rate_limit = flags['no-rate-limit'] === true ? null : flags['rate-limit'];
    await withProgress(`Updating publication ${nameOrId} on ${api.app}`, () =>
      api.request('PATCH', apiPath`/publications/${nameOrId}`, {
        ...changes,
        retry,
        rate_limit,
        index_attempts,
      }),
    );
  }
}
