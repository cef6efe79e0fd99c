import { newUuid } from '../../base/ids.ts';
import { DELIVERY_STATUSES } from '../../domain/deliveries/delivery.ts';
import type { DeliveryFilter } from '../../domain/deliveries/delivery-filter.ts';
import {
  endedRedrive,
  isUnderWay,
  REDRIVE_RATE,
  REDRIVEN_STATUSES,
  REDRIVES_KEPT_MS,
  REDRIVES_RUNNING_MAX,
  type Redrive,
  type RedriveAction,
} from '../../domain/deliveries/redrive.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { updateRecord } from '../../domain/update-record.ts';
import { type RedrivePorts, runRedrive } from '../../pipeline/deliver/redrive.ts';

/** How long a request works on a redrive while a person waits for the answer. */
const REQUEST_MS_MAX = 2_000;

export interface NewRedrive {
  readonly action: RedriveAction;
  readonly filter: DeliveryFilter;
  readonly ratePerSecond?: number | undefined;
  /** The name of the token that requests it. */
  readonly startedBy: string;
}

type Changed = { readonly kind: 'updated'; readonly redrive: Redrive } | Refusal;

/** Starts a redrive and works on it briefly; the schedule does the rest. */
export async function startRedrive(
  ports: RedrivePorts,
  appId: string,
  { action, filter, ratePerSecond, startedBy }: NewRedrive,
): Promise<{ readonly kind: 'created'; readonly redrive: Redrive } | Refusal> {
  const { publications, newId = newUuid } = ports;
  const statuses = filter.statuses ?? REDRIVEN_STATUSES[action];
  const fault = statusRefusal(action, statuses);
  if (fault !== undefined) return fault;
  if (action === 'retry' && filter.publicationId !== undefined) {
    const publication = await publications.get(appId, filter.publicationId);
    if (publication !== undefined && publication.state !== 'active') {
      return refuse(
        'publication-not-active',
        `expected the publication ${publication.name} to be active, found it ${publication.state}: resume it first (its parked deliveries are then sent without a redrive)`,
      );
    }
  }
  const full = await roomForRedrive(ports, appId);
  if (full !== undefined) return full;
  return openRedrive(ports, appId, {
    id: newId(),
    action,
    filter: { ...filter, statuses },
    ratePerSecond,
    startedBy,
  });
}

/** Removes old redrives, and refuses if too many are running or paused. */
export async function roomForRedrive(
  ports: Pick<RedrivePorts, 'redrives' | 'clock'>,
  appId: string,
): Promise<Refusal | undefined> {
  const known = await forgetOld(ports, appId, ports.clock.now());
  if (known.filter(isUnderWay).length < REDRIVES_RUNNING_MAX) return undefined;
  return refuse(
    'limit-reached',
    `expected at most ${REDRIVES_RUNNING_MAX} redrives of an app that run or are paused, found as many already: wait for one, or stop it with \`sluice events:redrives:stop ID\``,
  );
}

/** Writes the redrive's record and works on it briefly. */
export async function openRedrive(
  ports: RedrivePorts,
  appId: string,
  {
    ratePerSecond = REDRIVE_RATE.default,
    ...given
  }: Pick<Redrive, 'id' | 'action' | 'filter' | 'erasure' | 'startedBy'> & {
    readonly ratePerSecond?: number | undefined;
  },
): Promise<{ readonly kind: 'created'; readonly redrive: Redrive }> {
  const { redrives, clock } = ports;
  const nowMs = clock.now();
  const redrive: Redrive = {
    ...given,
    appId,
    state: 'running',
    ratePerSecond,
    plannedUntilMs: nowMs,
    startedAtMs: nowMs,
    doneCount: 0,
    skippedCount: 0,
    scannedCount: 0,
    lookAtMs: nowMs,
    version: 1,
  };
  await redrives.create(redrive);
  await runRedrive(ports, redrive, nowMs + REQUEST_MS_MAX);
  return { kind: 'created', redrive: (await redrives.get(appId, redrive.id)) ?? redrive };
}

/** Pauses or resumes a redrive; a paused one continues where it stopped. */
export async function pauseRedrive(
  ports: RedrivePorts,
  appId: string,
  id: string,
  paused: boolean,
): Promise<Changed> {
  const changed = await changeRedrive(ports, appId, id, (redrive, nowMs) =>
    paused
      ? { ...redrive, state: 'paused', lookAtMs: undefined, claimedUntilMs: undefined }
      : { ...redrive, state: 'running', lookAtMs: nowMs },
  );
  if (changed.kind === 'refused' || paused) return changed;
  await runRedrive(ports, changed.redrive, ports.clock.now() + REQUEST_MS_MAX);
  return { kind: 'updated', redrive: (await ports.redrives.get(appId, id)) ?? changed.redrive };
}

/** Stops a redrive for good; its record stays for a while. */
export function stopRedrive(ports: RedrivePorts, appId: string, id: string): Promise<Changed> {
  return changeRedrive(ports, appId, id, (redrive, nowMs) => endedRedrive(redrive, 'stopped', nowMs));
}

async function changeRedrive(
  { redrives, clock }: Pick<RedrivePorts, 'redrives' | 'clock'>,
  appId: string,
  id: string,
  change: (redrive: Redrive, nowMs: number) => Redrive,
): Promise<Changed> {
  const updated = await updateRecord<Redrive>({
    read: () => redrives.get(appId, id),
    change: (redrive) =>
      isUnderWay(redrive)
        ? change(redrive, clock.now())
        : refuse(
            'already-ended',
            `expected a redrive that runs or is paused, found one that is ${redrive.state}: start another`,
          ),
    write: (redrive) => redrives.update(redrive),
    missing: missingRedrive(id),
  });
  return updated.kind === 'refused' ? updated : { kind: 'updated', redrive: updated.record };
}

export function missingRedrive(id: string): string {
  return `expected the id of a redrive, found ${JSON.stringify(id.slice(0, 100))}; \`sluice events:redrives\` lists them, for ${REDRIVES_KEPT_MS / 86_400_000} days`;
}

function statusRefusal(action: RedriveAction, statuses: readonly string[]): Refusal | undefined {
  if (action === 'retry') return undefined;
  const ended = statuses.filter((status) => status === 'delivered' || status === 'discarded');
  if (ended.length === 0) return undefined;
  const others = DELIVERY_STATUSES.filter((status) => !['delivered', 'discarded'].includes(status));
  return refuse(
    'unprocessable',
    `expected statuses of deliveries that can be discarded (${others.join(', ')}), found ${ended.join(', ')}`,
  );
}

/** Returns the remaining redrives. */
async function forgetOld(
  { redrives }: Pick<RedrivePorts, 'redrives'>,
  appId: string,
  nowMs: number,
): Promise<readonly Redrive[]> {
  const all = await redrives.list(appId);
  const isOld = ({ endedAtMs }: Redrive) => endedAtMs !== undefined && endedAtMs < nowMs - REDRIVES_KEPT_MS;
  for (const { id } of all.filter(isOld)) await redrives.remove(appId, id);
  return all.filter((redrive) => !isOld(redrive));
}
