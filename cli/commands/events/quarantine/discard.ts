import { apiPath } from '../../../lib/api-client.ts';
import { confirmByApp } from '../../../lib/confirmation.ts';
import { withProgress } from '../../../lib/progress.ts';
import { quarantinedArgs } from '../../../lib/quarantine.ts';
import { AppCommand, confirmFlag } from '../../../lib/sluice-command.ts';

export default class QuarantineDiscard extends AppCommand {
  static override description = 'give up an event in quarantine';
  static override args = quarantinedArgs;
  static override flags = { confirm: confirmFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QuarantineDiscard);
    const api = this.openApp(flags);
    const path = apiPath`/quarantine/${args.id}`;
    await confirmByApp(api.app, flags.confirm, () => api.request('GET', path));
    await withProgress(`Discarding event ${args.id} on ${api.app}`, () => api.request('DELETE', path));
  }
}
