import * as v from 'valibot';
import { Address, Time } from '../../domain/fields.ts';

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
