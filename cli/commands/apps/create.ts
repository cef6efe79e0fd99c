import { Args } from '@oclif/core';
import { CreatedApp } from '../../../src/management/apps/schema.ts';
import { expectShape } from '../../lib/api-client.ts';
import { keepPublishUrl } from '../../lib/credentials-file.ts';
import { variables } from '../../lib/display.ts';
import { withProgress } from '../../lib/progress.ts';
import { reading } from '../../lib/reading.ts';
import { SluiceCommand } from '../../lib/sluice-command.ts';

export default class AppsCreate extends SluiceCommand {
  static override description = 'create an app, with its publish URL and its first API token';
  static override args = { name: Args.string({ required: true, description: 'name of the app' }) };
  static override examples = ['<%= config.bin %> apps:create my-app'];

  async run(): Promise<void> {
    const { args } = await this.parse(AppsCreate);
    const destination = this.findDestination();
    const app = await withProgress(`Creating app ${args.name}`, async () =>
      expectShape(
        reading(CreatedApp, 'api_url', 'publish_url', 'token'),
        await this.makeClient(destination).request('POST', '/apps', { name: args.name }),
        'the new app',
      ),
    );
    keepPublishUrl(destination.credentials, app.name, app.publish_url);
    this.log(
      variables({
        HEROKUEVENTS_API_URL: app.api_url,
        HEROKUEVENTS_PUBLISH_URL: app.publish_url,
        SLUICE_TOKEN: app.token,
      }),
    );
    this.logToStderr(
      `\nThe token is shown this once: keep it now. The publish URL holds a password; it is kept in ${destination.credentials.path} and nowhere else.`,
    );
  }
}
