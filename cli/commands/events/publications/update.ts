import { Args, Flags } from '@oclif/core';
import { apiPath } from '../../../lib/api-client.ts';
import { retryFlag } from '../../../lib/link-flags.ts';
import { withProgress } from '../../../lib/progress.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

export default class PublicationsUpdate extends AppCommand {
  static override description =
    'change where and how a publication delivers; what is not named stays as it is';
  static override args = {
    pub_name_or_id: Args.string({ required: true, description: 'name or id of the publication' }),
  };
  static override flags = {
    via: Flags.option({
      options: ['pubsub', 'rest'] as const,
      description: 'of a Platform Event: API that publishes, Pub/Sub, or REST, which consumes API requests',
      atLeastOne: ['via', 'retry', 'no-retry', 'url', 'token', 'no-token'],
    })(),
    retry: retryFlag,
    'no-retry': Flags.boolean({ description: 'back to the usual retry schedule', exclusive: ['retry'] }),
    url: Flags.string({ char: 'u', description: 'of a webhook: URL that takes the events' }),
    token: Flags.string({
      char: 't',
      description: 'of a webhook: access token, sent to the URL as Authorization: Bearer',
    }),
    'no-token': Flags.boolean({ description: 'of a webhook: send no access token', exclusive: ['token'] }),
  };
  static override examples = ['<%= config.bin %> events:publications:update orders --via rest -a my-app'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PublicationsUpdate);
    const api = this.openApp(flags);
    const nameOrId = args.pub_name_or_id;
    await withProgress(`Updating publication ${nameOrId} on ${api.app}`, () =>
      api.request('PATCH', apiPath`/publications/${nameOrId}`, {
        via: flags.via,
        retry: flags['no-retry'] ? null : flags.retry,
        url: flags.url,
        token: flags['no-token'] ? null : flags.token,
      }),
    );
  }
}
