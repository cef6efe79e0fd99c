/** Chooses unique names of environment variables for secrets: `CRM_TOKEN` for the setting `token` of `crm`. */
export class VariableNames {
  readonly #taken = new Set<string>();

  next(kind: string, name: string, setting: string): string {
    const short = `${asVariable(name)}_${asVariable(setting)}`;
    // `crm-eu` and `crm_eu` are two resources, and an authorization may have the same name as a publication.
    const candidates = [short, `${asVariable(kind)}_${short}`].filter((each) => !/^\d/.test(each));
    const [first = short, ...others] = candidates;
    const free = [first, ...others].find((each) => !this.#taken.has(each)) ?? this.#numbered(first);
    this.#taken.add(free);
    return free;
  }

  #numbered(name: string): string {
    for (let number = 2; ; number += 1) {
      const numbered = `${name}_${number}`;
      if (!this.#taken.has(numbered)) return numbered;
    }
  }
}

/** `myOrg-2` → `MY_ORG_2`. */
function asVariable(text: string): string {
  return text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}
