import type { Command, Interfaces } from '@oclif/core';

/** A command as a person types it. The snapshot that guards it against changes and the reference are made from it. */
export interface DescribedCommand {
  readonly id: string;
  readonly description: string;
  readonly hiddenAliases: readonly string[];
  readonly args: readonly DescribedArg[];
  readonly flags: readonly DescribedFlag[];
  readonly examples: readonly string[];
}

export interface DescribedArg {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly options: readonly string[];
}

export interface DescribedFlag {
  readonly name: string;
  readonly char: string | undefined;
  readonly description: string;
  readonly required: boolean;
  readonly takesValue: boolean;
  readonly helpValue: string | undefined;
  readonly options: readonly string[];
  readonly hiddenAliases: readonly string[];
  readonly dependsOn: readonly string[];
  readonly exclusive: readonly string[];
}

/** Describes all commands, sorted by id. */
export function describeCommands(plugins: Iterable<Interfaces.Plugin>): DescribedCommand[] {
  return [...plugins]
    .flatMap((plugin) => plugin.commands.map(describeCommand))
    .sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
}

function describeCommand(command: Command.Loadable): DescribedCommand {
  return {
    id: command.id,
    description: command.description ?? '',
    hiddenAliases: command.hiddenAliases ?? [],
    args: Object.values(command.args).map((arg) => ({
      name: arg.name,
      description: arg.description ?? '',
      required: arg.required ?? false,
      options: arg.options ?? [],
    })),
    flags: Object.values(command.flags)
      .map(describeFlag)
      .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name))),
    examples: (command.examples ?? []).filter((example) => typeof example === 'string'),
  };
}

function describeFlag(flag: Command.Flag.Cached): DescribedFlag {
  const takesValue = flag.type === 'option';
  return {
    name: flag.name,
    char: flag.char,
    description: flag.description ?? '',
    required: flag.required ?? false,
    takesValue,
    helpValue: takesValue && typeof flag.helpValue === 'string' ? flag.helpValue : undefined,
    options: takesValue ? (flag.options ?? []) : [],
    hiddenAliases: [
      ...(flag.aliases ?? []).map((alias) => `--${alias}`),
      ...(flag.charAliases ?? []).map((alias) => `-${alias}`),
    ],
    dependsOn: flag.dependsOn ?? [],
    exclusive: flag.exclusive ?? [],
  };
}
