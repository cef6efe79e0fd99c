import { setTimeout as wait } from 'node:timers/promises';
import { Flags, ux } from '@oclif/core';
import { REDRIVE_RATE, REDRIVEN_STATUSES, type RedriveAction } from '../../src/domain/deliveries/redrive.ts';
import { Redrive } from '../../src/management/redrives/schema.ts';
import { apiPath } from './api-client.ts';
import { confirmByApp } from './confirmation.ts';
import { countDeliveries, type DeliveryFilter } from './deliveries.ts';
import { type Reading, reading } from './reading.ts';
import type { AppApi } from './sluice-command.ts';

export const RedriveAnswer = reading(Redrive, 'id', 'state', 'done', 'skipped');
export type ShownRedrive = Reading<typeof Redrive, 'id' | 'state' | 'done' | 'skipped'>;

/** How often to ask for its progress. */
const LOOK_EVERY_MS = 1_000;

export const redriveFlags = {
  'dry-run': Flags.boolean({ description: 'only say how many deliveries match' }),
  detach: Flags.boolean({
    description: 'do not wait for its end: events:redrives shows how far it is',
    exclusive: ['dry-run'],
  }),
};

export const rateFlag = Flags.integer({
  min: REDRIVE_RATE.min,
  max: REDRIVE_RATE.max,
  description: `deliveries a second; ${REDRIVE_RATE.default} without it`,
});

/** Reports how many deliveries match, starts the redrive and follows it to its end. */
export async function redrive(
  api: AppApi,
  action: RedriveAction,
  filter: DeliveryFilter,
  flags: {
    readonly 'dry-run': boolean;
    readonly detach: boolean;
    readonly rate?: number | undefined;
    readonly confirm?: string | undefined;
  },
): Promise<void> {
  const status = filter.status ?? [...REDRIVEN_STATUSES[action]];
  const whole = { status, ...filter };
  const { count, scanned, complete } = await countDeliveries(api, whole);
  const found = complete ? `${count}` : `at least ${count} (after looking at ${scanned} records)`;
  ux.stderr(
    `${found} ${count === 1 && complete ? 'delivery matches' : 'deliveries match'} (${status.join(', ')}).`,
  );
  if (flags['dry-run'] || (count === 0 && complete)) return;
  if (action === 'discard') {
    await confirmByApp(api.app, flags.confirm, async () => undefined, `${found} deliveries of ${api.app}`);
  }
  const body = { action, filter: whole, rate: flags.rate };
  const started = await api.post('/redrives', body, RedriveAnswer);
  if (flags.detach) {
    ux.stderr(
      `Redrive ${started.id} goes on by itself: events:redrives:info ${started.id} shows how far it is.`,
    );
    return;
  }
  await follow(api, started, action === 'retry' ? 'Retrying deliveries' : 'Discarding deliveries');
}

/** Waits for the redrive to end and returns it. An interrupt stops only the watching, and the command says so. */
export async function follow(api: AppApi, started: ShownRedrive, text: string): Promise<ShownRedrive> {
  const { id } = started;
  const onInterrupt = () => {
    ux.action.stop('goes on');
    ux.stderr(
      `Redrive ${id} goes on without this terminal. events:redrives:info ${id} shows how far it is, events:redrives:pause ${id} pauses it.`,
    );
    process.exit(0);
  };
  process.once('SIGINT', onInterrupt);
  try {
    ux.action.start(text);
    let now = started;
    while (now.state === 'running') {
      ux.action.status = progress(now);
      await wait(LOOK_EVERY_MS);
      now = await api.get(apiPath`/redrives/${id}`, RedriveAnswer);
    }
    ux.action.stop(`${now.state}, ${progress(now)}`);
    if (now.skipped > 0) {
      ux.warn(
        `${now.skipped} were left as they are: their publication is gone, paused or disabled, or they were changed meanwhile.`,
      );
    }
    return now;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

function progress({ done, skipped }: ShownRedrive): string {
  return skipped === 0 ? `${done}` : `${done}, ${skipped} skipped`;
}
