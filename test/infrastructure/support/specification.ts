import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Property, PropertyType, SpecDatabase } from '@aws-cdk/service-spec-types';

/** What CloudFormation would refuse: unknown types and properties, missing ones, values of a wrong type. */
export function specificationFaults(template: { readonly [section: string]: unknown }): string[] {
  const database = loadAwsServiceSpecSync();
  const faults: string[] = [];
  const resources = Object.entries(template['Resources'] ?? {});
  if (resources.length === 0) return ['expected resources, found none'];
  for (const [id, { Type: type, Properties: properties = {} }] of resources) {
    const [found] = database.lookup('resource', 'cloudFormationType', 'equals', type);
    if (found === undefined) faults.push(`${id}: CloudFormation has no ${type}`);
    else checkProperties(database, found.properties, properties, `${id} (${type})`, faults);
  }
  return faults;
}

function checkProperties(
  database: SpecDatabase,
  known: { readonly [name: string]: Property },
  given: { readonly [name: string]: unknown },
  path: string,
  faults: string[],
): void {
  for (const [name, { required }] of Object.entries(known)) {
    if (required === true && given[name] === undefined) faults.push(`${path}: ${name} is missing`);
  }
  for (const [name, value] of Object.entries(given)) {
    const property = known[name];
    if (property === undefined) faults.push(`${path}: there is no ${name}`);
    else checkValue(database, property, value, `${path}.${name}`, faults);
  }
}

function checkValue(
  database: SpecDatabase,
  property: Property,
  value: unknown,
  path: string,
  faults: string[],
): void {
  // A property's former types are still accepted; one match is enough.
  const attempts = [property.type, ...(property.previousTypes ?? [])].map((type) =>
    typeFaults(database, type, value, path),
  );
  const best = attempts.find((found) => found.length === 0) ?? attempts[0] ?? [];
  faults.push(...best);
}

function typeFaults(database: SpecDatabase, type: PropertyType, value: unknown, path: string): string[] {
  // Only CloudFormation knows what a reference resolves to.
  if (isIntrinsic(value)) return [];
  const expected = (what: string, ok: boolean) =>
    ok ? [] : [`${path}: expected ${what}, found ${JSON.stringify(value)}`];
  switch (type.type) {
    case 'string':
    case 'date-time':
      return expected('a text', typeof value === 'string');
    case 'integer':
      return expected('an integer', Number.isInteger(value));
    case 'number':
      return expected('a number', typeof value === 'number');
    case 'boolean':
      return expected('true or false', typeof value === 'boolean');
    case 'json':
      return expected('an object', typeof value === 'object' || typeof value === 'string');
    case 'array':
      if (!Array.isArray(value)) return expected('a list', false);
      return value.flatMap((each, index) => typeFaults(database, type.element, each, `${path}[${index}]`));
    case 'map':
      if (!isObject(value)) return expected('an object', false);
      return Object.entries(value).flatMap(([key, each]) =>
        typeFaults(database, type.element, each, `${path}.${key}`),
      );
    case 'union': {
      const attempts = type.types.map((each) => typeFaults(database, each, value, path));
      return attempts.find((found) => found.length === 0) ?? attempts[0] ?? [];
    }
    case 'ref': {
      if (!isObject(value)) return expected('an object', false);
      const faults: string[] = [];
      checkProperties(
        database,
        database.get('typeDefinition', type.reference).properties,
        value,
        path,
        faults,
      );
      return faults;
    }
    case 'tag':
      return expected('a tag', isObject(value));
    case 'null':
      return expected('nothing', value === null);
    default:
      return [`${path}: the specification has a type that this check does not know: ${JSON.stringify(type)}`];
  }
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIntrinsic(value: unknown): boolean {
  if (!isObject(value)) return false;
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'));
}
