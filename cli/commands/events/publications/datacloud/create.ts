import { Args, Flags } from '@oclif/core';
import { json } from '../../../../lib/display.ts';
import { filterWithSource, sourceFlag } from '../../../../lib/link-flags.ts';
import { withProgress } from '../../../../lib/progress.ts';
import { AppCommand, createdJsonFlag } from '../../../../lib/sluice-command.ts';

export default class PublicationsDatacloudCreate extends AppCommand {
  static override description = 'publish to an Ingestion API connector of Data Cloud';
  static override args = { name: Args.string({ required: true, description: 'name of the publication' }) };
  static override flags = {
    connector: Flags.string({
      char: 'c',
      required: true,
      description: 'name of the Ingestion API connector',
    }),
    object: Flags.string({ required: true, description: 'object to publish to' }),
    alias: Flags.string({
      char: 'A',
      aliases: ['org-name'],
      charAliases: ['o'],
      description: 'alias of the authorization',
      required: true,
    }),
    source: sourceFlag,
    filter: filterWithSource,
    json: createdJsonFlag,
  };
  static override examples = [
    '<%= config.bin %> events:publications:datacloud:create orders -c "SalesConnector" --object "Orders" -A my-org -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PublicationsDatacloudCreate);
    const api = this.openApp(flags);
    const answer = await withProgress(`Creating publication ${args.name}`, () =>
      api.request('POST', '/platforms/datacloud/publications', {
        name: args.name,
        connector: flags.connector,
        object: flags.object,
        alias: flags.alias,
        source: flags.source,
        filter: flags.filter,
      }),
    );
    if (flags.json) this.log(json(answer));
  }
}
