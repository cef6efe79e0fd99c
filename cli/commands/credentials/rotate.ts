import { CreatedCredential } from '../../../src/management/apps/schema.ts';
import { keepPublishUrl } from '../../lib/credentials-file.ts';
import { describeApp } from '../../lib/described-app.ts';
import { withProgress } from '../../lib/progress.ts';
import { reading } from '../../lib/reading.ts';
import { AppCommand } from '../../lib/sluice-command.ts';

export default class CredentialsRotate extends AppCommand {
  static override description =
    'make a new publish URL. The one before it goes on working until it is destroyed; an app has two at most.';

  async run(): Promise<void> {
    const { flags } = await this.parse(CredentialsRotate);
    const api = this.openApp(flags);
    const { name } = await describeApp(api);
    const created = await withProgress(`Creating publish credentials for ${name}`, () =>
      api.post('/credentials', {}, reading(CreatedCredential, 'user', 'publish_url')),
    );
    keepPublishUrl(api.destination.credentials, name, created.publish_url);
    this.log(created.publish_url);
    this.logToStderr(
      `\nThe URL holds a password and is shown this once; it is kept in ${api.destination.credentials.path}.\n` +
        `Once nothing uses the former one, withdraw it: ${this.config.bin} credentials:destroy USER -a ${name}`,
    );
  }
}
