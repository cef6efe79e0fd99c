import { Errors, type Hook } from '@oclif/core';
import { nearestCommand } from '../lib/nearest-command.ts';

/** Suggests the command that was probably meant. This is for `sluice`; a host CLI has its own suggestions. */
const hook: Hook.CommandNotFound = async ({ id, config }) => {
  const meant = nearestCommand(
    id.replaceAll(' ', ':'),
    config.commandIDs.filter((each) => config.findCommand(each)?.hidden !== true),
  );
  const advice = meant === undefined ? `${config.bin} --help lists them` : `did you mean ${meant}?`;
  throw new Errors.CLIError(`command ${id} not found: ${advice}`, { exit: 2 });
};

export default hook;
