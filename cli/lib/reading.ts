import * as v from 'valibot';

/** The identity of a resource, which every version has. */
const IDENTITY = ['id', 'name'] as const;
type Identity = (typeof IDENTITY)[number];

/** A schema's output as an older or a newer service may give it: only the identity is required. */
type Read<T> = T extends null
  ? undefined
  : T extends readonly (infer Item)[]
    ? Read<Item>[]
    : T extends object
      ? { [K in keyof T as K extends Identity ? K : never]: Read<T[K]> } & {
          [K in keyof T as K extends Identity ? never : K]?: Read<T[K]> | undefined;
        }
      : T;

/** The type that `reading` parses: the fields `K` are required as well. */
export type Reading<S extends v.GenericSchema, K extends keyof v.InferOutput<S> = never> = Read<
  v.InferOutput<S>
> & { readonly [P in K]: Read<v.InferOutput<S>[P]> };

/**
 * The schema by which a command reads an answer. The CLI and the service may have different versions, so only the
 * identity and the `needed` fields are required. Other fields of the schema may be absent or null, and unknown fields
 * pass.
 */
export function reading<
  const S extends v.LooseObjectSchema<Entries, undefined>,
  const K extends keyof S['entries'] & keyof v.InferOutput<S>,
>(schema: S, ...needed: readonly K[]): v.GenericSchema<unknown, Reading<S, K>> {
  // `Reading` describes what `tolerantObject` does, which the compiler cannot infer.
  return tolerantObject(schema.entries, [...IDENTITY, ...needed]) as v.GenericSchema<unknown, Reading<S, K>>;
}

type Entries = Readonly<Record<string, v.GenericSchema>>;

function tolerantObject(entries: Entries, needed: readonly unknown[]): v.GenericSchema {
  return v.looseObject(
    Object.fromEntries(
      Object.entries(entries).map(([name, entry]) => [
        name,
        needed.includes(name) ? tolerant(entry) : maybe(tolerant(entry)),
      ]),
    ),
  );
}

/** The parts of a schema for an object, an array, a union, or an optional or nullable value. */
interface Parts extends v.GenericSchema {
  readonly entries?: Entries;
  readonly item?: v.GenericSchema;
  readonly options?: readonly v.GenericSchema[];
  readonly wrapped?: v.GenericSchema;
}

function tolerant(schema: Parts): v.GenericSchema {
  const { entries, item, options, wrapped } = schema;
  if (entries !== undefined) return tolerantObject(entries, IDENTITY);
  if (item !== undefined) return v.array(tolerant(item));
  if (options !== undefined) return v.union(options.map(tolerant));
  return wrapped === undefined ? schema : maybe(tolerant(wrapped));
}

function maybe(schema: v.GenericSchema): v.GenericSchema {
  return v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );
}
