import { Flags, type Interfaces } from '@oclif/core';
import type { FlagText, FlagTexts } from '../../src/domain/command-text.ts';
import { readSecret, refuseStdinTwice } from './secret-input.ts';

type Letter = NonNullable<Interfaces.OptionFlag<string>['char']>;

/** The flags for the settings of a platform. */
export function settingFlags(texts: FlagTexts): Interfaces.FlagInput {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([setting, text]) => {
      const name = flagName(setting, text);
      const { off, secretFile, isFileOnly = false } = text;
      const names = [isFileOnly ? undefined : name, off?.name, secretFile?.name].filter(
        (each) => each !== undefined,
      );
      const exclusive = (own: string) => names.filter((other) => other !== own);
      return [
        ...(isFileOnly ? [] : [[name, settingFlag(text)] as const]),
        ...(off === undefined
          ? []
          : [
              [
                off.name,
                Flags.boolean({ description: off.description, exclusive: exclusive(off.name) }),
              ] as const,
            ]),
        ...(secretFile === undefined
          ? []
          : [
              [
                secretFile.name,
                Flags.string({
                  description: secretFile.description,
                  helpValue: 'FILE',
                  exclusive: exclusive(secretFile.name),
                }),
              ] as const,
            ]),
      ];
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
  isRepeated = false,
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
  if (isRepeated) return Flags.string({ ...common, multiple: true });
  return Flags.string({ ...common, ...(options !== undefined && { options }) });
}

/** The settings that the flags of a command line give; others are absent. Secrets are read from their files. */
export async function readSettings(
  texts: FlagTexts,
  flags: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  refuseStdinTwice(
    flags,
    Object.values(texts).flatMap(({ secretFile }) => (secretFile === undefined ? [] : [secretFile.name])),
  );
  const settings: Record<string, unknown> = {};
  for (const [setting, text] of Object.entries(texts)) {
    const { off, secretFile } = text;
    const path = secretFile === undefined ? undefined : flags[secretFile.name];
    if (off !== undefined && flags[off.name] === true) settings[setting] = off.value;
    else if (secretFile !== undefined && typeof path === 'string') {
      const secret = await readSecret(path, secretFile.name);
      settings[setting] = text.isRepeated === true ? secret.split(/\n+/) : secret;
    } else settings[setting] = flags[flagName(setting, text)];
  }
  return settings;
}

/** The flag of each setting, for messages. */
export function fieldFlags(texts: FlagTexts): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([setting, text]) => [
      setting,
      text.isFileOnly === true ? (text.secretFile?.name ?? setting) : flagName(setting, text),
    ]),
  );
}

function flagName(setting: string, { name }: FlagText): string {
  return name ?? setting.replaceAll('_', '-');
}

function isLetter(text: string): text is Letter {
  return /^[A-Za-z]$/.test(text);
}

/** All of these flags; a command line has to give at least one. */
export function atLeastOne(...groups: readonly Interfaces.FlagInput[]): Interfaces.FlagInput {
  const flags: Interfaces.FlagInput = Object.assign({}, ...groups);
  const names = Object.keys(flags);
  const [first] = Object.values(flags);
  // oclif checks `atLeastOne` on a single flag for all of them.
  if (first !== undefined) first.atLeastOne = names;
  return flags;
}
