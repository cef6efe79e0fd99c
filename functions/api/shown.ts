import type * as v from 'valibot';

/** What a route may answer: the fields of the schema and no others. Clients accept more. */
export type Shown<S extends v.GenericSchema> = Closed<v.InferInput<S>>;

type Closed<T> = T extends readonly (infer Item)[]
  ? readonly Closed<Item>[]
  : T extends object
    ? { readonly [K in keyof T as string extends K ? never : K]: Closed<T[K]> }
    : T;
