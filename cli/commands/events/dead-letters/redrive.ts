import { Args, Flags, ux } from '@oclif/core';
import { RedrivenDeadLetters } from '../../../../src/management/dead-letters/schema.ts';
import { type ApiClient, apiPath, expectShape } from '../../../lib/api-client.ts';
import { Failure, UsageFailure } from '../../../lib/failure.ts';
import { withProgress } from '../../../lib/progress.ts';
import { reading } from '../../../lib/reading.ts';
import { SluiceCommand } from '../../../lib/sluice-command.ts';

export default class DeadLettersRedrive extends SluiceCommand {
  static override description =
    'put a dead letter back on the queue it came from, or with --all every one that is there now; mend what it failed of first';
  static override args = { id: Args.string({ description: 'id of the dead letter, as listed' }) };
  static override flags = {
    all: Flags.boolean({ description: 'all that are there when the command starts', default: false }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DeadLettersRedrive);
    if ((args.id === undefined) !== flags.all) {
      throw new UsageFailure('expected the id of a dead letter, or --all, and not both');
    }
    const client = this.makeClient(this.findDestination());
    const { id } = args;
    if (id === undefined) return await redriveAll(client);
    await withProgress(`Redriving dead letter ${id}`, () =>
      client.request('POST', apiPath`/dead-letters/${id}/redrive`),
    );
  }
}

/** The service takes some at a time, and says from when on what it finds is newer than this command. */
async function redriveAll(client: ApiClient): Promise<void> {
  ux.action.start('Redriving dead letters');
  let total = 0;
  let before: string | undefined;
  for (;;) {
    const answer = await client.request(
      'POST',
      '/dead-letters/redrive',
      before === undefined ? {} : { before },
    );
    const { redriven, refusal, next } = expectShape(
      reading(RedrivenDeadLetters, 'redriven'),
      answer,
      'what was redriven',
    );
    total += redriven;
    if (refusal !== undefined) {
      ux.action.stop(`stopped, ${total} redriven`);
      throw new Failure(
        `a queue did not take one back (${refusal}): it and the rest are dead letters as before; try again`,
      );
    }
    if (next === undefined) break;
    if (redriven === 0) {
      ux.action.stop(`stopped, ${total} redriven`);
      throw new Failure('some of them could not be reached: see `events:dead-letters`, and try again');
    }
    before = next;
    ux.action.status = `${total} so far`;
  }
  ux.action.stop(`done, ${total} redriven`);
}
