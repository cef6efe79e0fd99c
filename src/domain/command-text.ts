/** A command of the CLI that creates something on a platform. */
export interface CommandText {
  /** e.g. `events:publications:webhook:create`. */
  readonly id: string;
  readonly description: string;
  /** What its argument is: the name of what is made. */
  readonly argument: string;
  /** The arguments after the command's name, as one would type them; the app is added. */
  readonly example: string;
  /** Earlier names of the command. */
  readonly hiddenAliases?: readonly string[];
  readonly flags: FlagTexts;
}

/** By the name of the setting that a flag gives. */
export type FlagTexts = Readonly<Record<string, FlagText>>;

export interface FlagText {
  readonly description: string;
  /** Where it is not the setting's own with dashes. */
  readonly name?: string;
  /** One letter. */
  readonly char?: string;
  readonly required?: boolean;
  /** The flag takes one of these; without, and without a range, any text. */
  readonly options?: readonly string[];
  /** The flag takes a whole number. */
  readonly range?: { readonly min: number; readonly max: number };
  /** The flag may be given several times: the setting is a list. Its file has one a line. */
  readonly isRepeated?: boolean;
  /** Only the file can give it (`secretFile`): the flag itself does not exist. */
  readonly isFileOnly?: boolean;
  /** The flag takes no value: the setting is true where it is given. */
  readonly isSwitch?: boolean;
  /** Earlier names of the flag, and its earlier characters. */
  readonly olderNames?: readonly string[];
  readonly olderChars?: readonly string[];
  /** A second flag that names a file with the setting, `-` for standard input: the setting is a secret. */
  readonly secretFile?: { readonly name: string; readonly description: string };
  /**
   * Of a secret, and of what is set together with one: what `params` shows while it is set. Settings that are seen by the same
   * parameter take each other's place.
   */
  readonly setWhen?: { readonly param: string; readonly is?: string };
  /** The setting is not kept under its name, so that no file of `sluice apply` has it: why, and what to do instead. */
  readonly notKept?: string;
  /** A second flag that takes the setting away: the setting is this value where that flag is given. */
  readonly off?: { readonly name: string; readonly description: string; readonly value: null | false };
}
