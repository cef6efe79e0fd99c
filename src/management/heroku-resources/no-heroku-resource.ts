import type { App } from '../../domain/apps/app.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';

export function noHerokuResource({ name }: App): Refusal {
  return refuse(
    'not-found',
    `expected an app that was made for an add-on of Heroku, found ${JSON.stringify(name)}, which was not`,
  );
}
