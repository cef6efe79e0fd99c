import { Flags, type Interfaces } from '@oclif/core';
import type { FlagText, FlagTexts } from '../../src/domain/command-text.ts';

type Letter = NonNullable<Interfaces.OptionFlag<string>['char']>;

/** The flags by which the settings of a platform are given. */
export function settingFlags(texts: FlagTexts): Interfaces.FlagInput {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([setting, text]) => {
      const name = flagName(setting, text);
      const { off } = text;
      const flag = [name, settingFlag(text)] as const;
      return off === undefined
        ? [flag]
        : [flag, [off.name, Flags.boolean({ description: off.description, exclusive: [name] })] as const];
    }),
  );
}

function settingFlag({
  description,
  char,
  required = false,
  options,
  range,
  isSwitch = false,
  olderNames = [],
  olderChars = [],
}: FlagText): Interfaces.FlagInput[string] {
  const common = {
    description,
    required,
    aliases: [...olderNames],
    charAliases: olderChars.filter(isLetter),
    ...(char !== undefined && isLetter(char) && { char }),
  };
  if (isSwitch) return Flags.boolean(common);
  if (range !== undefined) return Flags.integer({ ...common, min: range.min, max: range.max });
  return Flags.string({ ...common, ...(options !== undefined && { options }) });
}

/** The settings as the flags of a command line give them; what is absent was not given. */
export function settingsOf(
  texts: FlagTexts,
  flags: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(texts).map(([setting, text]) => {
      const { off } = text;
      const isOff = off !== undefined && flags[off.name] === true;
      return [setting, isOff ? off.value : flags[flagName(setting, text)]];
    }),
  );
}

function flagName(setting: string, { name }: FlagText): string {
  return name ?? setting.replaceAll('_', '-');
}

function isLetter(text: string): text is Letter {
  return /^[A-Za-z]$/.test(text);
}

/** All of these flags, of which a command line has to give one. */
export function atLeastOne(...groups: readonly Interfaces.FlagInput[]): Interfaces.FlagInput {
  const flags: Interfaces.FlagInput = Object.assign({}, ...groups);
  const names = Object.keys(flags);
  const [first] = Object.values(flags);
  // oclif asks it of one of them for all.
  if (first !== undefined) first.atLeastOne = names;
  return flags;
}
