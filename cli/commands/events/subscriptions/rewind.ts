import { Args, Flags } from '@oclif/core';
import { RewoundSubscription } from '../../../../src/management/subscriptions/schema.ts';
import { apiPath, expectShape } from '../../../lib/api-client.ts';
import { json } from '../../../lib/display.ts';
import { withProgress } from '../../../lib/progress.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';

/** Every one of these flags declares it, because oclif checks only the flags that are given. */
const ONE_OF = { exactlyOne: ['to', 'replay-id', 'earliest', 'latest'] };

export default class SubscriptionsRewind extends AppCommand {
  static override description =
    'read the topic of a subscription from another event on. Salesforce keeps events for three days; each that is read again counts against the org’s daily allocation';
  static override args = {
    sub_name_or_id: Args.string({ required: true, description: 'name or id of the subscription' }),
  };
  static override flags = {
    to: Flags.string({
      description:
        'a time of the past, such as 2026-11-23T20:00:00Z: with what was published since, and up to some minutes before. A time that the feed has no position of means --earliest',
      helpValue: 'TIME',
      ...ONE_OF,
    }),
    'replay-id': Flags.string({
      description: 'with the event after this one; base64, as events carry it in replayid',
      helpValue: 'BASE64',
      ...ONE_OF,
    }),
    earliest: Flags.boolean({ description: 'with the oldest event that Salesforce still has', ...ONE_OF }),
    latest: Flags.boolean({
      description: 'with what comes from now on; what was not read yet is left out',
      ...ONE_OF,
    }),
    shared: Flags.boolean({
      description: 'also if other subscriptions read the same topic: they are rewound with it',
      default: false,
    }),
    json: Flags.boolean({ char: 'j', description: 'output the rewound subscription in json format' }),
  };
  static override examples = [
    '<%= config.bin %> events:subscriptions:rewind accountChange --to 2026-11-23T20:00:00Z -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SubscriptionsRewind);
    const api = this.openApp(flags);
    const nameOrId = args.sub_name_or_id;
    const answer = await withProgress(`Rewinding subscription ${nameOrId} on ${api.app}`, () =>
      api.request('POST', apiPath`/subscriptions/${nameOrId}/rewind`, {
        to: flags.earliest ? 'earliest' : flags.latest ? 'latest' : flags.to,
        replay_id: flags['replay-id'],
        shared: flags.shared,
      }),
    );
    if (flags.json) return this.log(json(answer));
    const { start } = expectShape(reading(RewoundSubscription), answer, 'the rewind');
    if (start?.message !== undefined) this.log(`${start.message}.`);
  }
}
