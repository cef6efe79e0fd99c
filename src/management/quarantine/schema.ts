import * as v from 'valibot';
import { Base64, Count, Time, Topic } from '../../domain/fields.ts';

export const QuarantineRecord = v.looseObject({
  id: v.string(),
  topic: Topic,
  event_id: v.string(),
  schema_id: v.string(),
  replay_id: Base64,
  reason: v.string(),
  payload_bytes: Count,
  at: Time,
});
export const QuarantineList = v.array(QuarantineRecord);
export const QuarantinedEvent = v.looseObject({
  ...QuarantineRecord.entries,
  payload: v.pipe(Base64, v.description('Avro, as it came from Salesforce')),
});
