import { UsageFailure } from './failure.ts';

/** The app that the argument or the flag of a command names; undefined when neither does. */
export function appNamedOnce(argument: string | undefined, flag: string | undefined): string | undefined {
  if (argument !== undefined && flag !== undefined && argument !== flag) {
    throw new UsageFailure(`expected one app, found two: ${argument} as the argument, and --app ${flag}`);
  }
  return argument ?? flag;
}
