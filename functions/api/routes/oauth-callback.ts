import * as v from 'valibot';
import { startForAuthorization } from '../../../src/management/feeds/start-waiting-feeds.ts';
import { page } from '../page.ts';
import { publicRoute, type Route } from '../route.ts';
import { CALLBACK_PATH } from './authorizations.ts';

export const OAUTH_ROUTES: readonly Route[] = [
  publicRoute({
    method: 'GET',
    path: CALLBACK_PATH,
    id: 'completeAuthorization',
    summary: 'Where Salesforce sends the browser back to: a page that says whether it worked, or what to do',
    query: v.looseObject({
      // Optional, so that a person without it gets an ordinary page and no JSON problem.
      state: v.fallback(v.pipe(v.string(), v.metadata({ minLength: 1, description: 'as it was sent' })), ''),
      code: v.optional(v.pipe(v.string(), v.description('of the grant'))),
      error: v.optional(v.pipe(v.string(), v.description('instead of the code'))),
      error_description: v.optional(v.pipe(v.string(), v.description('of the error'))),
    }),
    answer: { status: 200, schema: 'page' },
    problems: [],
    async run({ state, code, error, error_description: errorDescription }, dependencies) {
      if (state === '' || (code === undefined && error === undefined)) {
        return page(state === '' ? 400 : 422, 'This address is for Salesforce', [
          'Salesforce sends the browser here after an authorization, with a state and a code. This request does not have both.',
          'Begin an authorization with: sluice events:authorizations:salesforce:create <alias>',
        ]);
      }
      const outcome = await dependencies.grant.complete({ state, code, error, errorDescription });
      if (outcome.kind === 'failed') {
        return page(422, 'The org was not authorized', [
          outcome.message.replace(/(?<![.!?])$/, '.'),
          'Nothing was changed in your org. You can close this window and begin again from the command line.',
        ]);
      }
      await startForAuthorization(dependencies, outcome.authorization);
      const { alias, orgId } = outcome.authorization;
      const org = orgId === undefined ? '' : ` (org ${orgId})`;
      return page(200, 'The org is authorized', [
        `${alias}${org} is ready to use. You can close this window and go back to the command line.`,
      ]);
    },
  }),
];
