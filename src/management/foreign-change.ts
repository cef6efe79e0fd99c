interface ChangeablePlatform {
  readonly name: string;
  readonly fields: { readonly changes: object };
}

/** Finds given settings that belong to another platform: that platform, and the names of its settings for a message. */
export function foreignChange<P extends ChangeablePlatform>(
  platforms: readonly P[],
  own: string,
  changes: Readonly<Record<string, unknown>>,
): { readonly platform: P; readonly names: string } | undefined {
  const ofOwn = platforms.find(({ name }) => name === own)?.fields.changes ?? {};
  for (const platform of platforms) {
    const names = Object.keys(platform.fields.changes).filter((name) => !(name in ofOwn));
    const given = names.filter((name) => changes[name] !== undefined);
    if (given.length > 0) return { platform, names: given.join(' and ') };
  }
  return undefined;
}
