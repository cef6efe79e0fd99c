/** A command of the CLI that creates something on a platform. */
export interface CommandText {
  /** e.g. `events:publications:webhook:create`. */
  readonly id: string;
  readonly description: string;
  /** The argument: the name of the resource to create. */
  readonly argument: string;
  /** The arguments after the command's name, as a user would type them; `--app` is added. */
  readonly example: string;
  /** Earlier names of the command. */
  readonly hiddenAliases?: readonly string[];
  readonly flags: FlagTexts;
}

/** Keyed by the setting that the flag sets. */
export type FlagTexts = Readonly<Record<string, FlagText>>;

export interface FlagText {
  readonly description: string;
  /** Needed only if the flag's name differs from the setting's name written with dashes. */
  readonly name?: string;
  /** One letter. */
  readonly char?: string;
  readonly required?: boolean;
  /** The flag takes one of these values; without `options` and `range` it takes any text. */
  readonly options?: readonly string[];
  /** The flag takes a whole number. */
  readonly range?: { readonly min: number; readonly max: number };
  /** The flag may be repeated because the setting is a list. Its file holds one value per line. */
  readonly isRepeated?: boolean;
  /** The setting can only come from a file (`secretFile`); the flag itself does not exist. */
  readonly isFileOnly?: boolean;
  /** The flag takes no value; it sets the setting to true. */
  readonly isSwitch?: boolean;
  /** Earlier names and characters of the flag. */
  readonly olderNames?: readonly string[];
  readonly olderChars?: readonly string[];
  /** For a secret: a second flag that names a file with the setting, or `-` for standard input. */
  readonly secretFile?: { readonly name: string; readonly description: string };
  /**
   * For a secret, or a setting that belongs to one: what `params` shows while it is set. Settings with the same
   * parameter replace each other.
   */
  readonly setWhen?: { readonly param: string; readonly is?: string };
  /** The setting exists only beside this value of another one; with another value, the service drops it. */
  readonly onlyWith?: { readonly setting: string; readonly is: string };
  /** Why the setting is not stored under its name, hence missing in files of `sluice apply`; and what to do instead. */
  readonly notKept?: string;
  /** A second flag that removes the setting, by setting it to this value. */
  readonly off?: { readonly name: string; readonly description: string; readonly value: null | false };
}
