import { timeText } from '../../../src/base/calendar.ts';
import type { QuarantinedEvent, QuarantineRecord } from '../../../src/domain/feeds/quarantine-store.ts';
import { quarantineId } from '../../../src/management/quarantine/manage-quarantine.ts';
import type * as schema from '../../../src/management/quarantine/schema.ts';
import type { Shown } from '../shown.ts';

export function quarantineRecordObject(record: QuarantineRecord): Shown<typeof schema.QuarantineRecord> {
  return {
    id: quarantineId(record),
    topic: record.topic,
    event_id: record.eventId,
    schema_id: record.schemaId,
    replay_id: record.cursor,
    reason: record.message,
    payload_bytes: record.payloadBytes,
    at: timeText(record.atMs),
  };
}

export function quarantinedObject(event: QuarantinedEvent): Shown<typeof schema.QuarantinedEvent> {
  return { ...withoutPayload(event), payload: Buffer.from(event.payload).toString('base64') };
}

export function withoutPayload({
  payload,
  ...record
}: QuarantinedEvent): Shown<typeof schema.QuarantineRecord> {
  return quarantineRecordObject({ ...record, payloadBytes: payload.length });
}
