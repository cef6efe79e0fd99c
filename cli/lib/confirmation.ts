import { ux } from '@oclif/core';
import { Failure } from './failure.ts';
import { askLine } from './terminal.ts';

/**
 * Lets the command go on only if the person names the app, by flag or at the prompt.
 * @param find throws when there is nothing to destroy, so that nobody is asked about it
 * @param affected what the warning names instead of the app
 */
export async function confirmByApp(
  app: string,
  given: string | undefined,
  find: () => Promise<unknown>,
  affected = `the app ${app}`,
): Promise<void> {
  if (given === app) return;
  if (given !== undefined) throw new Failure(`Confirmation ${given} did not match ${app}. Aborted.`);
  await find();
  ux.warn(`Destructive Action.\nThis command will affect ${affected}.`);
  ux.stderr('');
  const answer = await askLine(`To proceed, type ${app} or re-run this command with --confirm ${app}: `);
  if (answer !== app) throw new Failure(`Confirmation did not match ${app}. Aborted.`);
}
