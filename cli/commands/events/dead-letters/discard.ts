import { Args, Flags } from '@oclif/core';
import { DiscardedDeadLetters } from '../../../../src/management/dead-letters/schema.ts';
import { apiPath, expectShape } from '../../../lib/api-client.ts';
import { confirmByApp } from '../../../lib/confirmation.ts';
import { countFirst, deadLetterFilter, deadLetterFilterFlags, endAll } from '../../../lib/dead-letters.ts';
import { expectIdOrFilter } from '../../../lib/filters.ts';
import { withProgress } from '../../../lib/progress.ts';
import { reading } from '../../../lib/reading.ts';
import { SluiceCommand } from '../../../lib/sluice-command.ts';

/** What a person types to confirm, because dead letters do not belong to a single app. */
const CONFIRMATION = 'dead-letters';

export default class DeadLettersDiscard extends SluiceCommand {
  static override description =
    'remove a dead letter for good, or all that match a filter and are there now: what they hold will not be delivered';
  // Otherwise oclif reads a missing id from standard input, which holds the confirmation or a script's own input.
  static override args = {
    id: Args.string({ description: 'id of the dead letter, as listed', ignoreStdin: true }),
  };
  static override flags = {
    all: Flags.boolean({ description: 'every one, without another filter', default: false }),
    ...deadLetterFilterFlags,
    'dry-run': Flags.boolean({ description: 'only say how many match' }),
    confirm: Flags.string({
      char: 'c',
      description: `the word ${CONFIRMATION}, to confirm without being asked`,
      helpValue: CONFIRMATION,
    }),
  };
  static override examples = [
    '<%= config.bin %> events:dead-letters:discard --kind unreadable --since 2h --dry-run',
    '<%= config.bin %> events:dead-letters:discard --app my-app --publication crm',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DeadLettersDiscard);
    const { id } = args;
    const filter = deadLetterFilter(flags);
    expectIdOrFilter({ id, all: flags.all, filter }, 'a dead letter', 'app');
    const client = this.makeClient(this.findDestination());
    if (id !== undefined) {
      const path = apiPath`/dead-letters/${id}`;
      const find = () => client.request('GET', path);
      if (flags['dry-run']) return void (await find());
      await confirmByApp(CONFIRMATION, flags.confirm, find, `the dead letter ${id}`);
      return void (await withProgress(`Discarding dead letter ${id}`, () => client.request('DELETE', path)));
    }
    const counted = await countFirst(client, filter);
    if (flags['dry-run'] || counted === undefined) return;
    await confirmByApp(CONFIRMATION, flags.confirm, async () => undefined, counted.found);
    await endAll({ doing: 'Discarding', done: 'discarded' }, counted.at, async (before) => {
      const answer = await client.request('POST', '/dead-letters/discard', { before, filter });
      const { discarded, ...rest } = expectShape(
        reading(DiscardedDeadLetters, 'discarded'),
        answer,
        'what was discarded',
      );
      return { count: discarded, ...rest };
    });
  }
}
