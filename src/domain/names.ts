/** Limit for a name or alias of an app, authorization, subscription or publication. */
export const NAME_LENGTH_MAX = 80;
export const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** The publish URL of a publication is `/<name>`, where versions of the management API and the console also begin. */
const ROUTE_NAME = /^(?:v\d+|console)$/i;
const UUID_SHAPED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Undefined when the name is valid; otherwise a sentence that says what was expected and what was found. */
export function nameFault(name: string): string | undefined {
  const found = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  if (name.length === 0) return 'expected a name, found an empty text';
  if (name.length > NAME_LENGTH_MAX) {
    return `expected a name of at most ${NAME_LENGTH_MAX} characters, found ${name.length}`;
  }
  if (!NAME_PATTERN.test(name)) {
    return `expected a name of letters, digits, ".", "_" and "-" that starts with a letter or digit, found ${JSON.stringify(found)}`;
  }
  // Names and ids are accepted in the same places, so a name that looks like an id could hide another resource.
  if (isIdShaped(name))
    return `expected a name that does not look like an id, found ${JSON.stringify(found)}`;
  return undefined;
}

/** Like `nameFault`, for a publication, whose name must not collide with another route. */
export function publicationNameFault(name: string): string | undefined {
  if (!ROUTE_NAME.test(name)) return nameFault(name);
  const what = name.toLowerCase() === 'console' ? 'the console' : 'a version of the management API';
  return `expected a name that is not reserved for ${what}, found ${JSON.stringify(name)}`;
}

export function isIdShaped(text: string): boolean {
  return UUID_SHAPED.test(text);
}
