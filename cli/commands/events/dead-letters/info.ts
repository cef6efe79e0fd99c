import { Args } from '@oclif/core';
import { DeadLetterDetail } from '../../../../src/management/dead-letters/schema.ts';
import { apiPath, expectShape } from '../../../lib/api-client.ts';
import { header, json, keyValues } from '../../../lib/display.ts';
import { reading } from '../../../lib/reading.ts';
import { jsonFlag, SluiceCommand } from '../../../lib/sluice-command.ts';

export default class DeadLettersInfo extends SluiceCommand {
  static override description = 'show a dead letter with its whole body';
  static override args = {
    id: Args.string({ required: true, description: 'id of the dead letter, as listed' }),
  };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DeadLettersInfo);
    const client = this.makeClient(this.findDestination());
    const answer = await client.request('GET', apiPath`/dead-letters/${args.id}`);
    const { body, app, publication, ...fields } = expectShape(
      reading(DeadLetterDetail, 'body'),
      answer,
      'the dead letter',
    );
    if (flags.json) return this.log(json(answer));
    this.log(
      keyValues({
        ...fields,
        app: app?.name,
        app_id: app?.id,
        publication: publication?.name,
        publication_id: publication?.id,
      }),
    );
    this.log(`\n${header('Body')}\n${body}`);
  }
}
