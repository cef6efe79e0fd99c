import { UsageFailure } from './failure.ts';

/** The app where a command takes it as its argument or by its flag; undefined when neither names one. */
export function appNamedOnce(argument: string | undefined, flag: string | undefined): string | undefined {
  if (argument !== undefined && flag !== undefined && argument !== flag) {
    throw new UsageFailure(`expected one app, found two: ${argument} as the argument, and --app ${flag}`);
  }
  return argument ?? flag;
}
