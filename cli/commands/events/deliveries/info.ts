import { Args } from '@oclif/core';
import { DeliveryDetail } from '../../../../src/management/deliveries/schema.ts';
import { apiPath, expectShape } from '../../../lib/api-client.ts';
import { header, json, keyValues, table } from '../../../lib/display.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';
import { visible } from '../../../lib/visible.ts';

export default class DeliveriesInfo extends AppCommand {
  static override description = 'show a delivery with its attempts and its event';
  static override args = {
    id: Args.string({ required: true, description: 'id of the delivery, as listed' }),
  };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DeliveriesInfo);
    const answer = await this.openApp(flags).request('GET', apiPath`/deliveries/${args.id}`);
    const {
      attempts = [],
      event,
      last_error,
      ...fields
    } = expectShape(reading(DeliveryDetail), answer, 'the delivery');
    if (flags.json) return this.log(json(answer));
    // When attempts are listed, the last one shows the error.
    this.log(keyValues({ ...fields, last_error: attempts.length > 0 ? undefined : last_error?.message }));
    if (attempts.length > 0) {
      this.log(`\n${header('Attempts')}`);
      this.log(
        table(attempts, [
          { title: 'At', value: (attempt) => attempt.at },
          {
            title: 'Took',
            value: ({ duration_ms }) => (duration_ms === undefined ? '' : `${duration_ms} ms`),
          },
          { title: 'Status', value: (attempt) => attempt.status },
          { title: 'Error', value: (attempt) => attempt.error_id },
          { title: 'Message', value: (attempt) => attempt.message },
        ]),
      );
      for (const [index, { at, answer }] of attempts.entries()) {
        // A receiver that is down gives the same answer each time.
        if (answer === undefined || answer === '' || answer === attempts[index - 1]?.answer) continue;
        this.log(`\n${header(`Answer at ${at}`)}\n${visible(answer)}`);
      }
    }
    if (event !== undefined) this.log(`\n${header('Event')}\n${json(event)}`);
  }
}
