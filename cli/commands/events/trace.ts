import { Args } from '@oclif/core';
import { Trace } from '../../../src/management/history/schema.ts';
import { expectShape } from '../../lib/api-client.ts';
import { header, json } from '../../lib/display.ts';
import { givenParts, queryOf, timeOf } from '../../lib/filters.ts';
import { historySpanFlags, searchedLines } from '../../lib/history.ts';
import { type Reading, reading } from '../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../lib/sluice-command.ts';

const READ = reading(Trace, 'deliveries');
type ReadTrace = Reading<typeof Trace, 'deliveries'>;
type Traced = ReadTrace['deliveries'][number];

export default class EventsTrace extends AppCommand {
  static override description =
    "tell an event's whole story: where it came from, what each stream did with it, every attempt, and what happens next. On AWS the logs are searched for it, which costs about 0.005 USD for each GB that was logged in the time asked for";
  static override args = {
    id: Args.string({
      required: true,
      description: 'id of the event, as a publish answered it or a receiver got it',
    }),
  };
  static override flags = { ...historySpanFlags, json: jsonFlag };
  static override examples = [
    '<%= config.bin %> events:trace 20741903-d0b2-4d86-90cf-4192b0e17462 --since 2h -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EventsTrace);
    const query = queryOf(
      givenParts({
        event_id: args.id,
        from: timeOf('since', flags.since),
        until: timeOf('until', flags.until),
      }),
    );
    const answer = await this.openApp(flags).request('GET', `/history/trace?${query}`);
    const trace = expectShape(READ, answer, 'the trace');
    if (flags.json) this.log(json(answer));
    else this.#tell(args.id, trace);
    for (const line of searchedLines(trace.searched)) this.logToStderr(line);
  }

  #tell(id: string, trace: ReadTrace): void {
    const { deliveries, other_streams = [], quarantine = [], dead_letters = [], searched } = trace;
    const kind = [trace.event_type, trace.event_subject].filter((part) => part !== undefined).join(', ');
    this.log(header(`Event ${id}${kind === '' ? '' : ` (${kind})`}`));
    if (deliveries.length + quarantine.length + dead_letters.length === 0) {
      this.log(
        `Nothing is known of it between ${searched?.from} and ${searched?.until}. It may be older (--since), ` +
          'wait for its first attempt, have been dropped by every filter (--trace-drops on a stream records which), or have another id.',
      );
      return;
    }
    if (trace.received !== undefined) this.log(receivedText(trace.received));
    for (const delivery of deliveries) this.log(`\n${deliveryText(delivery)}`);
    for (const { source, target, what } of other_streams) {
      this.log(`\n${source?.name} → ${target?.name}: ${what}`);
    }
    for (const { id: quarantineId, topic, at, reason } of quarantine) {
      this.log(`\nIn quarantine since ${at} (${topic}, ${quarantineId}): ${reason}`);
    }
    for (const letter of dead_letters) {
      this.log(
        `\nDead letter ${letter.id} to ${letter.publication}: received ${letter.receive_count} times without an end; an administrator redrives it with events:dead-letters:redrive`,
      );
    }
  }
}

function receivedText({
  at,
  subscription,
  platform,
  publication,
}: NonNullable<ReadTrace['received']>): string {
  const from =
    subscription === undefined
      ? `by a publish to ${publication ?? 'a publication'}`
      : `by subscription ${subscription.name}${platform === undefined ? '' : ` (${platform})`}`;
  return `Received ${at ?? 'at a time that is not known'} ${from}`;
}

function deliveryText({ publication, subscription, status, attempts = [], ...delivery }: Traced): string {
  const path = subscription === undefined ? `→ ${publication}` : `${subscription.name} → ${publication}`;
  const lines = attempts.map(
    (attempt, index) => `  ${index + 1}. ${attemptText(attempt, attempts[index - 1]?.answer)}`,
  );
  const at = delivery.next_attempt_at === undefined ? '' : ` ${delivery.next_attempt_at}`;
  return [`${path}: ${status}`, ...lines, `  Next${at}: ${delivery.next}`].join('\n');
}

type TracedAttempt = NonNullable<Traced['attempts']>[number];

function attemptText(
  { at, status, error_id, duration_ms, message, answer }: TracedAttempt,
  answerBefore: string | undefined,
): string {
  const outcome = [
    status,
    error_id === `http-${status}` ? undefined : error_id,
    error_id === undefined ? 'delivered' : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
  const took = duration_ms === undefined ? '' : ` in ${duration_ms} ms`;
  const said = message === undefined ? '' : `: ${oneLine(message)}`;
  // A receiver that is down gives the same answer each time.
  const isShown = answer !== undefined && answer !== '' && answer !== answerBefore;
  return `${at}  ${outcome}${took}${said}${isShown ? `\n     answered: ${oneLine(answer)}` : ''}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
