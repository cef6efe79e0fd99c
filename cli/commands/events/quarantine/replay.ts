import { apiPath } from '../../../lib/api-client.ts';
import { withProgress } from '../../../lib/progress.ts';
import { quarantinedArgs } from '../../../lib/quarantine.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

export default class QuarantineReplay extends AppCommand {
  static override description =
    'decode an event again and send it through the streams as they are now; it stays in quarantine if that fails';
  static override args = quarantinedArgs;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QuarantineReplay);
    const api = this.openApp(flags);
    await withProgress(`Replaying event ${args.id}`, () =>
      api.request('POST', apiPath`/quarantine/${args.id}/replay`),
    );
  }
}
