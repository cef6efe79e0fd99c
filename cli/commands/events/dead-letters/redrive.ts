import { Args, Flags } from '@oclif/core';
import { RedrivenDeadLetters } from '../../../../src/management/dead-letters/schema.ts';
import { apiPath, expectShape } from '../../../lib/api-client.ts';
import { countFirst, deadLetterFilter, deadLetterFilterFlags, endAll } from '../../../lib/dead-letters.ts';
import { expectIdOrFilter } from '../../../lib/filters.ts';
import { withProgress } from '../../../lib/progress.ts';
import { reading } from '../../../lib/reading.ts';
import { SluiceCommand } from '../../../lib/sluice-command.ts';

export default class DeadLettersRedrive extends SluiceCommand {
  static override description =
    'put a dead letter back on the queue it came from, or all that match a filter and are there now; mend what it failed of first';
  // Otherwise oclif reads a missing id from standard input, which holds the confirmation or a script's own input.
  static override args = {
    id: Args.string({ description: 'id of the dead letter, as listed', ignoreStdin: true }),
  };
  static override flags = {
    all: Flags.boolean({ description: 'every one, without another filter', default: false }),
    ...deadLetterFilterFlags,
    'dry-run': Flags.boolean({ description: 'only say how many match' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DeadLettersRedrive);
    const { id } = args;
    const filter = deadLetterFilter(flags);
    expectIdOrFilter({ id, all: flags.all, filter }, 'a dead letter', 'app');
    const client = this.makeClient(this.findDestination());
    if (id !== undefined) {
      const path = apiPath`/dead-letters/${id}`;
      if (flags['dry-run']) return void (await client.request('GET', path));
      return void (await withProgress(`Redriving dead letter ${id}`, () =>
        client.request('POST', `${path}/redrive`),
      ));
    }
    const counted = await countFirst(client, filter);
    if (flags['dry-run'] || counted === undefined) return;
    await endAll({ doing: 'Redriving', done: 'redriven' }, counted.at, async (before) => {
      const answer = await client.request('POST', '/dead-letters/redrive', { before, filter });
      const { redriven, ...rest } = expectShape(
        reading(RedrivenDeadLetters, 'redriven'),
        answer,
        'what was redriven',
      );
      return { count: redriven, ...rest };
    });
  }
}
