import { Flags } from '@oclif/core';
import { DEAD_LETTERS_LISTED_MAX } from '../../../../src/domain/dead-letters/dead-letter-queue.ts';
import { DeadLetterPage } from '../../../../src/management/dead-letters/schema.ts';
import { expectShape } from '../../../lib/api-client.ts';
import { deadLetterFilter, deadLetterFilterFlags } from '../../../lib/dead-letters.ts';
import { header, json, table } from '../../../lib/display.ts';
import { queryOf } from '../../../lib/filters.ts';
import { reading } from '../../../lib/reading.ts';
import { jsonFlag, SluiceCommand } from '../../../lib/sluice-command.ts';

export default class DeadLetters extends SluiceCommand {
  static override description =
    'list messages of the installation that could not be ended: deliveries and wake-up calls of feeds; needs an administration token';
  static override flags = {
    ...deadLetterFilterFlags,
    limit: Flags.integer({
      char: 'n',
      min: 1,
      max: DEAD_LETTERS_LISTED_MAX,
      default: 50,
      description: 'how many at most',
    }),
    json: jsonFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(DeadLetters);
    const client = this.makeClient(this.findDestination());
    const query = queryOf(deadLetterFilter(flags));
    query.set('limit', String(flags.limit));
    const answer = await client.request('GET', `/dead-letters?${query}`);
    const {
      dead_letters: letters,
      looked_at: lookedAt,
      complete,
    } = expectShape(reading(DeadLetterPage, 'dead_letters', 'complete'), answer, 'the dead letters');
    if (flags.json) this.log(json(letters));
    else if (letters.length === 0) this.log('No dead letters.');
    else {
      this.log(header('Dead letters'));
      this.log(
        table(letters, [
          { title: 'Id', value: (letter) => letter.id },
          { title: 'Queue', value: (letter) => letter.queue },
          { title: 'Kind', value: (letter) => letter.kind },
          { title: 'App', value: ({ app }) => app?.name ?? app?.id },
          { title: 'Publication', value: ({ publication }) => publication?.name ?? publication?.id },
          { title: 'Event', value: (letter) => letter.event_subject ?? letter.event_type },
          { title: 'Received', value: (letter) => letter.receive_count },
          { title: 'Sent', value: (letter) => letter.sent_at },
          { title: 'Reason', value: (letter) => letter.reason },
        ]),
      );
    }
    // An older service does not report how many letters it looked at.
    if (lookedAt !== undefined && lookedAt > letters.length) {
      this.logToStderr(`\nLooked at ${lookedAt} dead letters.`);
    }
    if (!complete) {
      this.logToStderr(
        '\nThere are more: --limit or a filter shows others; :redrive and :discard take the same filters.',
      );
    }
  }
}
