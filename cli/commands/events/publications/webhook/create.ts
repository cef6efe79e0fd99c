import { Args, Flags } from '@oclif/core';
import { CreatedWebhookPublication } from '../../../../../src/management/publications/schema.ts';
import { filterWithSource, retryFlag, sourceFlag } from '../../../../lib/link-flags.ts';
import { withProgress } from '../../../../lib/progress.ts';
import { reading } from '../../../../lib/reading.ts';
import { AppCommand } from '../../../../lib/sluice-command.ts';

export default class PublicationsWebhookCreate extends AppCommand {
  static override description = 'publish to a webhook';
  static override args = { name: Args.string({ required: true, description: 'name of the publication' }) };
  static override flags = {
    url: Flags.string({ char: 'u', required: true, description: 'URL that takes the events' }),
    token: Flags.string({ char: 't', description: 'access token, sent to the URL as Authorization: Bearer' }),
    'content-mode': Flags.option({
      options: ['structured', 'binary'] as const,
      description: 'how a CloudEvent is put into a request',
    })(),
    timeout: Flags.integer({ min: 1, max: 30, description: 'seconds that one attempt may take' }),
    retry: retryFlag,
    source: sourceFlag,
    filter: filterWithSource,
  };
  static override examples = [
    '<%= config.bin %> events:publications:webhook:create systemStatus -u "https://example.com/webhooks" -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PublicationsWebhookCreate);
    const api = this.openApp(flags);
    const publication = await withProgress(`Creating publication ${args.name}`, () =>
      api.post(
        '/platforms/webhook/publications',
        {
          name: args.name,
          url: flags.url,
          token: flags.token,
          content_mode: flags['content-mode'],
          timeout_seconds: flags.timeout,
          retry: flags.retry,
          source: flags.source,
          filter: flags.filter,
        },
        reading(CreatedWebhookPublication),
      ),
    );
    if (publication.signing_secret === undefined) return;
    this.log(publication.signing_secret);
    this.logToStderr(
      '\nThe receiver verifies the webhook-signature header with this signing secret. It is shown this once: keep it now.',
    );
  }
}
