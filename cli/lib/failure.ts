import { Errors } from '@oclif/core';

/** The command could not do what was asked. Usage errors are oclif's own, and end with 2. */
export const EXIT_FAILURE = 1;

/** Ends the command with a message for a person. */
export class Failure extends Errors.CLIError {
  constructor(message: string) {
    super(message, { exit: EXIT_FAILURE });
  }
}
