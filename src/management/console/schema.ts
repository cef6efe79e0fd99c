import * as v from 'valibot';
import { Address, NamedId, Time } from '../../domain/fields.ts';

export const NewConsoleLink = v.strictObject({
  app: v.nullish(
    v.pipe(
      v.string(),
      v.description(
        'name or id of the app that is shown; without it, an app with its own token, the whole installation with an administration token',
      ),
    ),
  ),
});

export const ConsoleLink = v.looseObject({
  url: v.pipe(Address, v.description('to be opened in a browser: its code is good once, until `expires_at`')),
  expires_at: Time,
});

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
