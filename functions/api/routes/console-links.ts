import { timeText } from '../../../src/base/calendar.ts';
import { makeConsoleLink } from '../../../src/management/console/open-console.ts';
import { ConsoleLink, NewConsoleLink } from '../../../src/management/console/schema.ts';
import { problem } from '../problems.ts';
import { answered, type Route, tokenRoute } from '../route.ts';
import { missingApp } from './apps.ts';

export const CONSOLE_LINK_ROUTES: readonly Route[] = [
  tokenRoute({
    method: 'POST',
    path: '/v1/console/links',
    id: 'createConsoleLink',
    summary:
      'Make a link that opens the console in a browser: for a session of an hour, with what the token may, and no longer than it is good',
    body: NewConsoleLink,
    isBodyOptional: true,
    isRefusedToConsole: true,
    answer: { status: 201, schema: ConsoleLink },
    problems: ['not-found'],
    async run({ body }, token, dependencies) {
      const given = body.app ?? undefined;
      const { scope } = token;
      const own = scope.kind === 'app' ? await dependencies.apps.get(scope.appId) : undefined;
      if (given !== undefined && scope.kind === 'app' && given !== own?.id && given !== own?.name) {
        return problem(
          'forbidden',
          'expected the app of this token, or an administration token, found another app',
        );
      }
      const app = given === undefined || scope.kind === 'app' ? own : await dependencies.apps.get(given);
      if (given !== undefined && app === undefined) return missingApp(given);
      const { code, expiresAtMs } = await makeConsoleLink(dependencies, token, app);
      return answered({
        // In the fragment, which is sent to no server and appears in no log.
        url: `${dependencies.publicApiUrl}/console#code=${code}`,
        expires_at: timeText(expiresAtMs),
      });
    },
  }),
];
