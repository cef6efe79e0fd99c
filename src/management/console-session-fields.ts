import * as v from 'valibot';
import { NamedId, Time } from '../domain/fields.ts';

// What the console's page and its server exchange at /console/session. It is not part of the management API.

export const NewConsoleSession = v.strictObject({
  code: v.pipe(v.string(), v.description('what stands behind `#code=` in the address of the link')),
});

export const ConsoleSession = v.looseObject({
  app: v.pipe(v.nullable(NamedId), v.description('that is shown; null: the whole installation')),
  administration: v.pipe(v.boolean(), v.description('the session may do what an administration token may')),
  payloads: v.pipe(
    v.boolean(),
    v.description('false: the installation does not let the console show payloads of events'),
  ),
  expires_at: Time,
});

export const EndedConsoleSession = v.looseObject({ ended: v.boolean() });
