import { QUEUE_RETENTION_SECONDS } from '../../settings/runtime.ts';

export interface UnreachablePlace {
  readonly where: string;
  readonly what: string;
  readonly untilMs?: number | undefined;
}

/** Retention of the table's point-in-time recovery; the service cannot shorten it. */
const BACKUP_KEPT_MS = 35 * 86_400_000;

/** What an erasure at this time does not reach, and when that data expires. */
export function unreachablePlaces(nowMs: number): readonly UnreachablePlace[] {
  const queueEndMs = nowMs + QUEUE_RETENTION_SECONDS * 1_000;
  return [
    {
      where: 'queues',
      what: 'events that were accepted and wait for their first attempt: they are sent, or stored if the attempt fails; erase again once they are through',
      untilMs: queueEndMs,
    },
    {
      where: 'dead letters',
      what: 'messages that nobody can read, that hold events of others as well, or that a request did not come to',
      // A message that becomes a dead letter at this moment is retained for the same time again.
      untilMs: queueEndMs,
    },
    {
      where: 'logs',
      what: 'no payloads, subjects or answers, but ids of events and of deliveries; on AWS they are the history that events:history and events:trace show. The retention of the logs is a setting of the deployment',
    },
    {
      where: 'backups',
      what: 'on AWS the table can be restored to any second of the last 35 days; copies of your own are yours',
      untilMs: nowMs + BACKUP_KEPT_MS,
    },
    { where: 'receivers', what: 'whatever was delivered, and Salesforce itself' },
  ];
}
