import { Args, Flags } from '@oclif/core';
import { aliasFlag, filterWithSource, retryFlag, sourceFlag, topicFlag } from '../../../../lib/link-flags.ts';
import { withProgress } from '../../../../lib/progress.ts';
import { AppCommand } from '../../../../lib/sluice-command.ts';

export default class PublicationsSalesforceCreate extends AppCommand {
  static override description = 'publish to a Platform Event of an org';
  static override hiddenAliases = ['events:publications:sfdc:create'];
  static override args = { name: Args.string({ required: true, description: 'name of the publication' }) };
  static override flags = {
    topic: topicFlag,
    alias: aliasFlag,
    via: Flags.option({
      options: ['pubsub', 'rest'] as const,
      description: 'API that publishes: Pub/Sub (the default), or REST, which consumes API requests',
    })(),
    retry: retryFlag,
    source: sourceFlag,
    filter: filterWithSource,
  };
  static override examples = [
    '<%= config.bin %> events:publications:salesforce:create systemStatus -t "/event/System_Status__e" -A my-org -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PublicationsSalesforceCreate);
    const api = this.openApp(flags);
    await withProgress(`Creating publication ${args.name}`, () =>
      api.request('POST', '/platforms/salesforce/publications', {
        name: args.name,
        topic: flags.topic,
        alias: flags.alias,
        via: flags.via,
        retry: flags.retry,
        source: flags.source,
        filter: flags.filter,
      }),
    );
  }
}
