import { CreatedCredential } from '../../../src/management/apps/schema.ts';
import { expectShape } from '../../lib/api-client.ts';
import { keepPublishUrl } from '../../lib/credentials-file.ts';
import { describeApp } from '../../lib/described-app.ts';
import { json } from '../../lib/display.ts';
import { withProgress } from '../../lib/progress.ts';
import { reading } from '../../lib/reading.ts';
import { AppCommand, createdJsonFlag } from '../../lib/sluice-command.ts';

export default class CredentialsRotate extends AppCommand {
  static override description =
    'make a new publish URL. The one before it goes on working until it is destroyed; an app has two at most.';

  static override flags = { json: createdJsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(CredentialsRotate);
    const api = this.openApp(flags);
    const { name } = await describeApp(api);
    const answer = await withProgress(`Creating publish credentials for ${name}`, () =>
      api.request('POST', '/credentials', {}),
    );
    const created = expectShape(
      reading(CreatedCredential, 'user', 'publish_url'),
      answer,
      'the new publish credentials',
    );
    keepPublishUrl(api.destination.credentials, name, created.publish_url);
    if (flags.json) return this.log(json(answer));
    this.log(created.publish_url);
    this.logToStderr(
      `\nThe URL holds a password and is shown this once; it is kept in ${api.destination.credentials.path}.\n` +
        `Once nothing uses the former one, withdraw it: ${this.config.bin} credentials:destroy USER -a ${name}`,
    );
  }
}
