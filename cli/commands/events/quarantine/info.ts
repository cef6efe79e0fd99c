import { QuarantinedEvent } from '../../../../src/management/quarantine/schema.ts';
import { apiPath, expectShape } from '../../../lib/api-client.ts';
import { json, keyValues } from '../../../lib/display.ts';
import { quarantinedArgs } from '../../../lib/quarantine.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class QuarantineInfo extends AppCommand {
  static override description = 'show an event in quarantine with its bytes as they came, in base64';
  static override args = quarantinedArgs;
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QuarantineInfo);
    const answer = await this.openApp(flags).request('GET', apiPath`/quarantine/${args.id}`);
    const event = expectShape(reading(QuarantinedEvent, 'payload'), answer, 'the event');
    this.log(flags.json ? json(answer) : keyValues(event));
  }
}
