import { Flags } from '@oclif/core';
import type { InferInput, InferOutput } from 'valibot';
import { ErasureCount, type NewErasure } from '../../../src/management/erasures/schema.ts';
import { confirmByApp } from '../../lib/confirmation.ts';
import { json, table } from '../../lib/display.ts';
import { UsageFailure } from '../../lib/failure.ts';
import { reading } from '../../lib/reading.ts';
import { follow, RedriveAnswer, redriveFlags } from '../../lib/redrives.ts';
import { AppCommand, confirmFlag, jsonFlag } from '../../lib/sluice-command.ts';

const Found = reading(ErasureCount, 'deliveries', 'dead_letters', 'quarantine', 'complete', 'unreachable');

export default class Erase extends AppCommand {
  static override description =
    'erase stored events of an app for good: of a subject, with an id, or that name a Salesforce record; says what it does not reach';
  static override flags = {
    subject: Flags.string({
      description: 'events of this subject, for Salesforce the topic',
      exclusive: ['event-id', 'record'],
    }),
    'event-id': Flags.string({ description: 'this event', exclusive: ['record'] }),
    record: Flags.string({
      helpValue: 'ID',
      description: 'events that name this Salesforce record anywhere; 15 or 18 characters',
    }),
    ...redriveFlags,
    'dry-run': Flags.boolean({ description: 'only say how much there is, and what is not reached' }),
    confirm: confirmFlag,
    json: jsonFlag,
  };
  static override examples = [
    '<%= config.bin %> events:erase --record 003xx000004TmiQAAS --dry-run -a my-app',
    '<%= config.bin %> events:erase --subject customer/4711 --confirm my-app -a my-app',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(Erase);
    const target = targetOf(flags);
    const api = this.openApp(flags);
    const found = await api.post('/erasures/count', target, Found);
    const { deliveries, quarantine, history = 0, kept = 0, dead_letters: deadLetters } = found;
    const { erased = 0, mixed = 0 } = deadLetters;
    const isComplete = found.complete && deadLetters.complete === true;
    const atLeast = isComplete ? '' : 'at least ';
    const counts = `${atLeast}${countsText({ deliveries, erased, quarantine, kept, history })}`;
    this.logToStderr(`Found ${counts}.`);
    if (mixed > 0) {
      this.logToStderr(
        `${mixed} more dead letters hold other events as well, and stay: redrive them first (events:dead-letters:redrive ID), then erase again.`,
      );
    }
    if (!flags.json) this.#sayUnreachable(found.unreachable);
    if (flags['dry-run'] || (isComplete && deliveries + erased + quarantine + kept + history === 0)) {
      if (flags.json) this.log(json({ found }));
      return;
    }
    await confirmByApp(api.app, flags.confirm, async () => undefined, `${counts} of ${api.app}, for good`);
    const started = await api.post('/erasures', target, RedriveAnswer);
    if (flags.detach) {
      this.logToStderr(
        `Redrive ${started.id} goes on by itself: events:redrives:info ${started.id} shows how far it is.`,
      );
    }
    const erasure = flags.detach ? started : await follow(api, started, 'Erasing deliveries');
    if (erasure.state === 'done') {
      const { quarantine: fromQuarantine, kept: fromKept, history: fromHistory } = erasure.erasure ?? {};
      const gone = countsText({
        deliveries: erasure.done,
        erased: erasure.erasure?.dead_letters?.erased,
        quarantine: fromQuarantine,
        kept: fromKept,
        history: fromHistory,
      });
      this.logToStderr(`Erased ${gone}: events:redrives:info ${erasure.id} is the record.`);
    }
    if (flags.json) this.log(json({ found, erasure }));
  }

  #sayUnreachable(places: InferOutput<typeof Found>['unreachable']): void {
    this.logToStderr('Not reached:');
    this.logToStderr(
      table(places, [
        { title: 'Where', value: ({ where }) => where },
        { title: 'Until', value: ({ until }) => until },
        { title: 'What', value: ({ what }) => what },
      ]),
    );
  }
}

/** Retained events and history appear only when there are any: many installations have neither. */
function countsText({
  deliveries = 0,
  erased = 0,
  quarantine = 0,
  kept = 0,
  history = 0,
}: {
  readonly deliveries: number | undefined;
  readonly erased: number | undefined;
  readonly quarantine: number | undefined;
  readonly kept: number | undefined;
  readonly history: number | undefined;
}): string {
  const more = [
    ...(kept > 0 ? [`${kept} kept events`] : []),
    ...(history > 0 ? [`${history} entries of the history`] : []),
  ];
  const all = [
    `${deliveries} deliveries`,
    `${erased} dead letters`,
    `${quarantine} events in quarantine`,
    ...more,
  ];
  return `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

function targetOf(flags: {
  readonly subject?: string | undefined;
  readonly 'event-id'?: string | undefined;
  readonly record?: string | undefined;
}): InferInput<typeof NewErasure> {
  for (const by of ['subject', 'event-id', 'record'] as const) {
    const value = flags[by];
    if (value !== undefined) return { by, value };
  }
  throw new UsageFailure('expected what to erase: --subject, --event-id or --record');
}
