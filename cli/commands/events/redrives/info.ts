import { Args } from '@oclif/core';
import { apiPath, expectShape } from '../../../lib/api-client.ts';
import { json, keyValues } from '../../../lib/display.ts';
import { RedriveAnswer } from '../../../lib/redrives.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class RedrivesInfo extends AppCommand {
  static override description =
    'show a retry or discard of many deliveries, or an erasure, and how far it is';
  static override args = { id: Args.string({ required: true, description: 'id of the redrive, as listed' }) };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RedrivesInfo);
    const answer = await this.openApp(flags).request('GET', apiPath`/redrives/${args.id}`);
    if (flags.json) return this.log(json(answer));
    const { filter, erasure, ...fields } = expectShape(RedriveAnswer, answer, 'the redrive');
    const text = (value: object | undefined) => (value === undefined ? undefined : JSON.stringify(value));
    this.log(keyValues({ ...fields, filter: text(filter), erasure: text(erasure) }));
  }
}
