import { type Refusal, refuse } from '../domain/refusal.ts';

/** The refusal for a name or id that does not exist in the app. @param given as the caller wrote it */
export function notFound(
  noun: 'authorization' | 'subscription' | 'publication' | 'listener',
  given: string,
): Refusal {
  const what =
    noun === 'authorization' ? 'the alias or id of an authorization' : `the name or id of a ${noun}`;
  return refuse(
    'not-found',
    `expected ${what} of this app, found ${JSON.stringify(given.slice(0, 100))}; \`sluice events:${noun}s\` lists them`,
  );
}
