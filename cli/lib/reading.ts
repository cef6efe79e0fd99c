import * as v from 'valibot';

/** What a thing is known by: it is there in every version. */
const IDENTITY = ['id', 'name'] as const;
type Identity = (typeof IDENTITY)[number];

/** The output of a schema as an older or a newer service may answer it: only its identity has to be there. */
type Read<T> = T extends null
  ? undefined
  : T extends readonly (infer Item)[]
    ? Read<Item>[]
    : T extends object
      ? { [K in keyof T as K extends Identity ? K : never]: Read<T[K]> } & {
          [K in keyof T as K extends Identity ? never : K]?: Read<T[K]> | undefined;
        }
      : T;

/** What `reading` parses: the fields `K` are there as well. */
export type Reading<S extends v.GenericSchema, K extends keyof v.InferOutput<S> = never> = Read<
  v.InferOutput<S>
> & { readonly [P in K]: Read<v.InferOutput<S>[P]> };

/**
 * The schema of an answer as a command reads it. The CLI and the service may be of different versions: beside the identity,
 * only the fields `needed` have to be there, what else the schema names may be absent or null, and unknown fields pass.
 */
export function reading<
  const S extends v.LooseObjectSchema<Entries, undefined>,
  const K extends keyof S['entries'] & keyof v.InferOutput<S>,
>(schema: S, ...needed: readonly K[]): v.GenericSchema<unknown, Reading<S, K>> {
  // The type says what is done to the schema, which the compiler cannot follow.
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

/** A schema by its parts: those of an object, an array, a union, and an optional or nullable value. */
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
