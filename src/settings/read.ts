import { type Environment, SETTINGS, type SettingName } from './names.ts';

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Collects the faults of a configuration, so that all of them are reported together. */
export class SettingsReader {
  readonly #environment: Environment;
  readonly #faults: string[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The value, or '' and a fault. */
  required(name: SettingName): string {
    const value = this.optional(name);
    if (value === undefined) this.#faults.push(`${name} is missing (${SETTINGS[name]})`);
    return value ?? '';
  }

  optional(name: SettingName): string | undefined {
    const value = this.#environment[name];
    return value === undefined || value === '' ? undefined : value;
  }

  flag(name: SettingName): boolean {
    const value = this.optional(name);
    if (value !== undefined && value !== 'true' && value !== 'false') {
      this.#faults.push(`${name}: expected "true" or "false", found ${JSON.stringify(value)}`);
    }
    return value === 'true';
  }

  fault(sentence: string): void {
    this.#faults.push(sentence);
  }

  /** Throws `ConfigurationError` that names every fault. */
  done(): void {
    if (this.#faults.length > 0) throw new ConfigurationError(`configuration: ${this.#faults.join('; ')}`);
  }
}
